using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>What versions changed: each is compared with the one that ended when it began, which is found like a related row, those of all versions of a level in one statement.</summary>
internal sealed class ChangesResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var context = RowContext.Of(binding);
        return new ChangesStep((ObjectType)binding.Field.Definition.Type.Named, (TableModel)context.Row, context.Layout);
    }
}

internal sealed class ChangesStep : FieldStep
{
    private readonly ObjectType _type;
    private readonly RowLayout _beforeLayout;
    private readonly EntityTarget _target;
    private readonly ParentKeys _keys;
    private readonly int _version;
    private readonly ImmutableArray<TrackedField> _tracked;
    private readonly TrackedReader[] _after;
    private readonly TrackedReader[] _before;

    public ChangesStep(ObjectType type, TableModel versions, RowLayout layout)
    {
        var owner = versions.VersionsOf!;
        _type = type;
        _beforeLayout = new LayoutBuilder(versions).AddTracked(owner).Build();
        _target = new EntityTarget(versions, [.. owner.Key, HistoryModel.ValidTo], null);
        _keys = new ParentKeys(layout, versions.Key);
        _version = layout.OrdinalOf(HistoryModel.RowVersion);
        _tracked = TrackedField.Of(owner);
        _after = [.. _tracked.Select(tracked => new TrackedReader(tracked, layout))];
        _before = [.. _tracked.Select(tracked => new TrackedReader(tracked, _beforeLayout))];
    }

    public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
    {
        var rows = (RowSet)parents.Source;
        var keys = _keys.Of(parents);
        var found = await context.Request.Get<StoreSessions>().Postgres.Entities.Load(_target, _beforeLayout, keys, rows.AsOf).ConfigureAwait(false);
        var after = Array.ConvertAll(_after, reader => reader.ReadFrom(rows));
        var before = found.Rows.Count == 0 ? null : Array.ConvertAll(_before, reader => reader.ReadFrom(found.Rows));
        var versions = ((Int64Values)rows.Values[_version]).Values;
        var changes = new List<FieldChange>();
        var offsets = new int[rows.Count + 1];
        var nulls = new bool[rows.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            var previous = keys.SlotOf[row] < 0 ? -1 : found.RowOfSlot[keys.SlotOf[row]];
            nulls[row] = previous < 0 && versions[row] > 1;
            for (var i = 0; !nulls[row] && i < _tracked.Length; i++)
            {
                var isSame = previous < 0 ? _after[i].IsNull(rows, row) : _after[i].IsSame(rows, row, _before[i], found.Rows, previous);
                if (!isSame)
                {
                    changes.Add(new FieldChange(
                        _tracked[i].Name,
                        previous < 0 || _before[i].IsNull(found.Rows, previous) ? null : new ColumnValue(before![i], previous),
                        _after[i].IsNull(rows, row) ? null : new ColumnValue(after[i], row)));
                }
            }

            offsets[row + 1] = changes.Count;
        }

        return new ListColumn(offsets, new ObjectColumn(new ObjectBatch(_type, changes.Count, changes.ToArray())), nulls);
    }
}

/// <summary>A change of one field.</summary>
/// <param name="Name">The field's name in the graph.</param>
/// <param name="Before">Its value before; null for none.</param>
/// <param name="After">Its value from then on; null for none.</param>
internal sealed record FieldChange(string Name, ColumnValue? Before, ColumnValue? After);

/// <summary>A value where it was read.</summary>
/// <param name="Column">The column.</param>
/// <param name="Row">The row.</param>
internal sealed record ColumnValue(Column Column, int Row);

/// <summary>How the fields of a change are read.</summary>
internal static class ChangeFields
{
    public static FieldResolver Name { get; } = FieldResolver.FromSource<FieldChange, string>(change => change.Name);

    public static FieldResolver Before { get; } = Of(change => change.Before);

    public static FieldResolver After { get; } = Of(change => change.After);

    private static FieldResolver Of(Func<FieldChange, ColumnValue?> value) =>
        FieldResolver.FromBatch((batch, _) => new ValueTask<Column>(new MixedColumn(Array.ConvertAll((FieldChange[])batch.Source, change => value(change)))));
}

/// <summary>Values of several columns, each written as its own column writes it.</summary>
internal sealed class MixedColumn(ColumnValue?[] values) : LeafColumn
{
    public override int Count => values.Length;

    public override bool MayHaveNulls => true;

    public override bool IsNull(int row) => values[row] is not { } value || value.Column.IsNull(value.Row);

    public override void Write(int row, ResponseWriter writer)
    {
        var (column, at) = values[row]!;
        if (column is ListColumn list)
        {
            writer.WriteRaw("["u8);
            ((LeafColumn)list.Items).WriteRange(list.Offsets[at], list.Offsets[at + 1], writer);
            writer.WriteRaw("]"u8);
        }
        else
        {
            ((LeafColumn)column).Write(at, writer);
        }
    }
}
