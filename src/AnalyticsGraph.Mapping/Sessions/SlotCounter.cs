using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Counts the rows of each slot, whose rows come together and in the slots' order, and turns away those beyond the limit.</summary>
internal sealed class SlotCounter(int slots, int limit)
{
    private readonly int[] _offsets = new int[slots + 1];
    private bool[]? _hasMore;
    private int _current;
    private int _inCurrent;
    private int _total;

    public bool Take(int slot)
    {
        if (slot != _current)
        {
            // The lateral subquery runs for one ordinal after the other: rows cannot come in another order.
            if (slot < _current)
            {
                throw new InvalidOperationException("Rows of a nested statement came out of their parents' order.");
            }

            while (_current < slot)
            {
                _offsets[++_current] = _total;
            }

            _inCurrent = 0;
        }

        if (limit >= 0 && _inCurrent == limit)
        {
            (_hasMore ??= new bool[_offsets.Length - 1])[slot] = true;
            return false;
        }

        _inCurrent++;
        _total++;
        return true;
    }

    public RowGroups ToGroups()
    {
        while (_current < _offsets.Length - 1)
        {
            _offsets[++_current] = _total;
        }

        return new RowGroups(_offsets, _hasMore);
    }
}
