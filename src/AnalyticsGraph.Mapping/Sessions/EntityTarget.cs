using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>A table and the columns its rows are looked up by.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">The columns, of the table or of the link.</param>
/// <param name="Relation">The relation, if a link table or constants narrow the rows; null for the bare table.</param>
internal sealed record EntityTarget(TableModel Table, ImmutableArray<string> Columns, RelationField? Relation)
{
    /// <summary>The texts composed for it; a target lives as long as the step that made it.</summary>
    public SqlTextCache Texts { get; } = new();

    public bool IsThroughLink => Relation?.Through is not null;

    public bool Equals(EntityTarget? other) =>
        other is not null && other.Table == Table && ReferenceEquals(other.Relation, Relation) && other.Columns.SequenceEqual(Columns);

    public override int GetHashCode() => HashCode.Combine(Table, Columns[0]);
}
