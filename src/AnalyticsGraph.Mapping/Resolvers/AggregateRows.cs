using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>Groups as columns: the source of aggregates and of all objects within them.</summary>
/// <param name="keys">What was grouped by.</param>
/// <param name="keyColumns">How many columns the keys have; the measures follow.</param>
/// <param name="values">The columns.</param>
/// <param name="count">The number of groups.</param>
internal sealed class AggregateRows(IReadOnlyList<GroupKey> keys, int keyColumns, RowValues[] values, int count) : IDivisibleSource
{
    public IReadOnlyList<GroupKey> Keys => keys;

    public int Count => count;

    /// <summary>A measure's values.</summary>
    public RowValues Measure(int ordinal) => values[keyColumns + ordinal];

    /// <summary>The values of what was grouped by, as the field would show them.</summary>
    public LeafColumn ColumnOf(GroupKey key) => key.Field is { } field
        ? (LeafColumn)LeafStep.ToColumn(values[key.First], field, isTrustedJson: true)
        : GlobalIdStep.ToColumn(key.Table, values.AsSpan(key.First, key.Count).ToArray(), count);

    object IDivisibleSource.Take(int[] rows) => new AggregateRows(keys, keyColumns, Array.ConvertAll(values, column => Gather.Rows(column, rows)), rows.Length);
}
