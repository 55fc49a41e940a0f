using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>Reads one tracked value of rows of one layout: compares it as it is stored, and tells it as its field does.</summary>
internal sealed class TrackedReader
{
    private readonly LeafStep? _leaf;
    private readonly byte[] _idPrefix = [];
    private readonly int[] _ordinals;

    public TrackedReader(TrackedField tracked, RowLayout layout)
    {
        if (tracked.Field is LeafField leaf)
        {
            _leaf = LeafResolver.Of(layout, leaf, tracked.Prefix);
            _ordinals = [_leaf.Ordinal];
        }
        else
        {
            var relation = (RelationField)tracked.Field;
            _idPrefix = Encoding.UTF8.GetBytes(relation.Target.TypeName + ":");
            _ordinals = [.. relation.From.Select(layout.OrdinalOf)];
        }
    }

    public bool IsNull(RowSet rows, int row) => Array.Exists(_ordinals, ordinal => rows.Values[ordinal].IsNull(row));

    /// <summary>Whether it is the same in a row as in a row of another layout.</summary>
    public bool IsSame(RowSet rows, int row, TrackedReader other, RowSet others, int otherRow)
    {
        var same = true;
        for (var i = 0; same && i < _ordinals.Length; i++)
        {
            same = RowEquality.AreSame(rows.Values[_ordinals[i]], row, others.Values[other._ordinals[i]], otherRow);
        }

        return same;
    }

    /// <summary>The column of the graph. Of a relation it has an id for every row; whoever reads it knows which are null.</summary>
    public Column ReadFrom(RowSet rows) => _leaf is not null ? _leaf.ReadFrom(rows) : new GlobalIdColumn(_idPrefix, Array.ConvertAll(_ordinals, ordinal => rows.Values[ordinal]), rows.Count);
}
