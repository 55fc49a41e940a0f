namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Nullable structs: their values and which are null.</summary>
internal sealed class NullableColumnFactory<T>(ColumnFactory<T> inner) : ColumnFactory<T?>
    where T : struct
{
    public override Column Create(T?[] values, bool[]? nulls)
    {
        var plain = new T[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
            {
                plain[i] = value;
            }
            else
            {
                nulls ??= new bool[values.Length];
                nulls[i] = true;
            }
        }

        return inner.Create(plain, nulls);
    }
}

/// <summary>Lists: the items of all rows in one column.</summary>
internal sealed class ListColumnFactory<TList, TItem>(ColumnFactory<TItem> items) : ColumnFactory<TList>
    where TList : IEnumerable<TItem>
{
    public override Column Create(TList[] values, bool[]? nulls)
    {
        var offsets = new int[values.Length + 1];
        var all = new List<TItem>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is null || IsDefault(values[i]) || (nulls is not null && nulls[i]))
            {
                nulls ??= new bool[values.Length];
                nulls[i] = true;
            }
            else
            {
                all.AddRange(values[i]);
            }

            offsets[i + 1] = all.Count;
        }

        return new ListColumn(offsets, items.Create([.. all], null), nulls);
    }

    // default(ImmutableArray<T>) is no list at all, and enumerating it throws.
    private static bool IsDefault(TList value) => value is System.Collections.Immutable.ImmutableArray<TItem> { IsDefault: true };
}

/// <summary>CLR enums: members stand for the values of the same name, written as in C# or as in GraphQL (<c>InProgress</c> for <c>IN_PROGRESS</c>).</summary>
internal sealed class EnumColumnFactory<T> : ColumnFactory<T>
    where T : struct, Enum
{
    private readonly EnumNames _names;
    private readonly Dictionary<T, int> _indices = [];

    public EnumColumnFactory(Types.EnumType type)
    {
        _names = new EnumNames(type);
        var byLetters = type.Values.Keys.ToDictionary(name => name.Replace("_", "", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase);
        foreach (var member in Enum.GetValues<T>())
        {
            var letters = member.ToString().Replace("_", "", StringComparison.Ordinal);
            _indices[member] = byLetters.TryGetValue(letters, out var name)
                ? _names.IndexOf(name)
                : throw new NotSupportedException($"has the type {type.Name}, which has no value for {typeof(T).Name}.{member}");
        }
    }

    public override Column Create(T[] values, bool[]? nulls)
    {
        var indices = new int[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            indices[i] = nulls is not null && nulls[i] ? -1 : _indices[values[i]];
        }

        return new EnumColumn(_names, indices, nulls is not null);
    }
}
