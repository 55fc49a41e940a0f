using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>A value of a row whose changes its history tells.</summary>
/// <param name="Name">Its name in the graph; within an embedded object with the object's before it: <c>hyperParams.batchSize</c>.</param>
/// <param name="Field">A leaf, or a relation to one <c>Node</c> by its key, whose value is that node's global id.</param>
/// <param name="Prefix">What the columns of the embedded object begin with.</param>
internal sealed record TrackedField(string Name, FieldModel Field, string Prefix)
{
    /// <summary>All of a type: its leaves and to-one relations, but for the key, which never changes, and the number of the version.</summary>
    public static ImmutableArray<TrackedField> Of(TableModel table) => [.. Of(table, table, "", "")];

    private static IEnumerable<TrackedField> Of(TableModel table, RowModel row, string name, string prefix) => row.FieldList.SelectMany(field => field switch
    {
        ColumnField column when table.Key.Contains(prefix + column.Column) || prefix + column.Column == HistoryModel.RowVersion => [],
        LeafField => [new TrackedField(name + field.Name, field, prefix)],
        EmbeddedField embedded => Of(table, embedded.Target, name + field.Name + ".", prefix + embedded.Prefix),
        RelationField { Type.IsList: false, IsByKey: true, Target.IsNode: true } relation when relation.To.SequenceEqual(relation.Target.Key) && !relation.From.All(table.Key.Contains) =>
            [new TrackedField(name + field.Name, field, "")],
        _ => Enumerable.Empty<TrackedField>(),
    });
}
