using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Rows found by their keys.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="RowOfSlot">For each slot of the keys its row, or -1.</param>
internal sealed record EntityRows(RowSet Rows, int[] RowOfSlot);

/// <summary>Rows that were read, found again by key. The index is made when first asked for.</summary>
internal sealed class KnownRows(EntityTarget known, RowSet rows)
{
    private KeySet? _index;
    private int[]? _rowOfSlot;

    /// <summary>The key's values where they are no columns of the rows (those of a link table).</summary>
    public RowValues[]? KeyValues { get; init; }

    /// <summary>All keys that were asked for, found or not; null where only what is there is known.</summary>
    public KeySet? Asked { get; init; }

    public bool Matches(EntityTarget target, RowLayout layout, DateTime? asOf) =>
        target == known && rows.AsOf == asOf && layout.Items.All(item => rows.Layout.Find(item.Name) >= 0);

    /// <summary>The rows of the keys, or null unless each is known to be there or known to be missing.</summary>
    public EntityRows? TryFind(KeySet keys, RowLayout layout)
    {
        var found = Find(keys, layout);
        for (var slot = 0; slot < keys.Count; slot++)
        {
            if (found.RowOfSlot[slot] < 0 && (Asked is null || Asked.FindKey(keys, slot) < 0))
            {
                return null;
            }
        }

        return found;
    }

    public EntityRows Find(KeySet keys, RowLayout layout)
    {
        EnsureIndex();
        var rowOfSlot = new int[keys.Count];
        var needed = new List<int>(keys.Count);
        for (var slot = 0; slot < rowOfSlot.Length; slot++)
        {
            var found = _index!.FindKey(keys, slot);
            rowOfSlot[slot] = found < 0 ? -1 : needed.Count;
            if (found >= 0)
            {
                needed.Add(_rowOfSlot![found]);
            }
        }

        // Objects that nobody here asked for would have their fields resolved, too: only the needed rows go on.
        var view = rows.As(layout);
        if (needed.Count == view.Count && IsIdentity(needed))
        {
            return new EntityRows(view, rowOfSlot);
        }

        var chosen = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(needed);
        var values = new RowValues[layout.Items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Gather.Rows(view.Values[i], chosen);
        }

        return new EntityRows(new RowSet(layout, values, needed.Count, rows.AsOf), rowOfSlot);
    }

    private static bool IsIdentity(List<int> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i] != i)
            {
                return false;
            }
        }

        return true;
    }

    private void EnsureIndex()
    {
        if (_index is not null)
        {
            return;
        }

        var values = KeyValues ?? [.. known.Columns.Select(column => rows.Values[rows.Layout.OrdinalOf(column)])];
        _index = KeySet.From(values, Asked?.Types ?? [.. known.Columns.Select(column => SqlTypes.Of(rows.Layout.Table.Column(column).Kind))], rows.Count);
        _rowOfSlot = new int[_index.Count];
        for (var row = rows.Count - 1; row >= 0; row--)
        {
            if (_index.SlotOf[row] >= 0)
            {
                _rowOfSlot[_index.SlotOf[row]] = row;
            }
        }
    }
}
