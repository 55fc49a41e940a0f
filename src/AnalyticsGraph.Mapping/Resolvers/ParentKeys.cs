using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>The columns of the parents' rows that a relation begins from.</summary>
internal sealed class ParentKeys(RowLayout layout, ImmutableArray<string> columns)
{
    private readonly int[] _ordinals = [.. columns.Select(layout.OrdinalOf)];
    private readonly ImmutableArray<SqlType> _types = [.. columns.Select(column => SqlTypes.Of(layout.Table.Column(column).Kind))];

    /// <summary>Whether they all belong to the parents' key.</summary>
    public bool AreOfKey { get; } = columns.All(column => layout.Table.Key.Contains(column));

    public KeySet Of(ObjectBatch parents)
    {
        var rows = (RowSet)parents.Source;
        return KeySet.From(Array.ConvertAll(_ordinals, ordinal => rows.Values[ordinal]), _types, parents.Count);
    }
}
