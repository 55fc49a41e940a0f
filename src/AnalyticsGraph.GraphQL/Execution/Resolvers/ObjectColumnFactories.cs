using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Objects of one type: the values that are not null, as the source of a batch.</summary>
internal sealed class ObjectColumnFactory<T>(ObjectType type) : ColumnFactory<T>
{
    public override Column Create(T[] values, bool[]? nulls)
    {
        var present = 0;
        for (var i = 0; i < values.Length; i++)
        {
            present += values[i] is null || (nulls is not null && nulls[i]) ? 0 : 1;
        }

        if (present == values.Length)
        {
            return new ObjectColumn(ObjectBatch.Of(type, values));
        }

        var objects = new T[present];
        var rows = new int[values.Length];
        present = 0;
        for (var i = 0; i < values.Length; i++)
        {
            rows[i] = -1;
            if (values[i] is not null && (nulls is null || !nulls[i]))
            {
                rows[i] = present;
                objects[present++] = values[i];
            }
        }

        return new ObjectColumn(ObjectBatch.Of(type, objects), rows);
    }
}

/// <summary>Values of an interface or a union: grouped by the object type that their CLR type stands for.</summary>
internal sealed class AbstractColumnFactory<T>(NamedType type, ClrTypes clrTypes) : ColumnFactory<T>
{
    public override Column Create(T[] values, bool[]? nulls)
    {
        var batchOf = new int[values.Length];
        var rowOf = new int[values.Length];
        var groups = new List<(ObjectType Type, List<object> Rows)>();
        for (var i = 0; i < values.Length; i++)
        {
            batchOf[i] = -1;
            if (values[i] is { } value && (nulls is null || !nulls[i]))
            {
                batchOf[i] = FindGroup(groups, value.GetType());
                rowOf[i] = groups[batchOf[i]].Rows.Count;
                groups[batchOf[i]].Rows.Add(value);
            }
        }

        return new AbstractColumn([.. groups.Select(ToBatch)], batchOf, rowOf);
    }

    private int FindGroup(List<(ObjectType Type, List<object> Rows)> groups, Type clrType)
    {
        var objectType = clrTypes.FindObjectType(clrType)
            ?? throw new InvalidOperationException($"A value of {type.Name} has the CLR type {clrType.Name}, to which no object type is bound.");
        for (var i = 0; i < groups.Count; i++)
        {
            if (ReferenceEquals(groups[i].Type, objectType))
            {
                return i;
            }
        }

        groups.Add((objectType, []));
        return groups.Count - 1;
    }

    // The steps of the object type expect an array of the very CLR type it is bound to.
    private ObjectBatch ToBatch((ObjectType Type, List<object> Rows) group)
    {
        var source = Array.CreateInstance(clrTypes.FindClrType(group.Type)!, group.Rows.Count);
        for (var i = 0; i < group.Rows.Count; i++)
        {
            source.SetValue(group.Rows[i], i);
        }

        return new ObjectBatch(group.Type, group.Rows.Count, source);
    }
}
