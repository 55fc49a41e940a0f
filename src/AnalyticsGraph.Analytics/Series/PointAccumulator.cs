namespace AnalyticsGraph.Analytics.Series;

/// <summary>Gathers the rows of one series, block by block.</summary>
internal sealed class PointAccumulator
{
    private readonly Numbers<long> _steps = new();
    private readonly Numbers<long> _times = new();
    private readonly Numbers<double> _values = new();
    private readonly Numbers<long> _lastSteps = new();
    private readonly Numbers<long> _counts = new();
    private readonly Numbers<long> _nans = new();
    private readonly Numbers<double> _lows = new();
    private readonly Numbers<double> _highs = new();

    /// <summary>How many rows are expected, as far as known: room is made for them at once.</summary>
    public long Expected { get; set; }

    /// <summary>The number of rows so far.</summary>
    public int Count => _steps.Count;

    /// <summary>The values so far.</summary>
    public Span<double> Values => _values.Span;

    /// <summary>The steps so far.</summary>
    public Span<long> Steps => _steps.Span;

    /// <summary>Which points these are of those that they were taken from; empty if they were not.</summary>
    public int[] Places { get; private init; } = [];

    /// <summary>The points that are not finite.</summary>
    /// <param name="most">The most to take.</param>
    /// <param name="total">How many there are.</param>
    public PointAccumulator NonFinite(int most, out long total)
    {
        var found = new PointAccumulator();
        total = 0;
        var values = _values.Span;
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsFinite(values[i]))
            {
                continue;
            }

            if (total++ < most)
            {
                found.AppendPoint(this, i);
            }
        }

        return found;
    }

    /// <summary>Some of the points.</summary>
    /// <param name="places">Which.</param>
    public PointAccumulator Take(ReadOnlySpan<int> places)
    {
        var taken = new PointAccumulator { Expected = places.Length, Places = places.ToArray() };
        foreach (var place in places)
        {
            taken.AppendPoint(this, place);
        }

        return taken;
    }

    /// <summary>Appends rows of a block.</summary>
    /// <param name="rows">The block's columns.</param>
    /// <param name="start">The first row.</param>
    /// <param name="count">How many.</param>
    public void Append(in SeriesRows rows, int start, int count)
    {
        _steps.Append(rows.Steps, start, count, Expected);
        _times.Append(rows.Times, start, count, Expected);
        _values.Append(rows.Values, start, count, Expected);
        _lastSteps.Append(rows.LastSteps, start, count, Expected);
        _counts.Append(rows.Counts, start, count, Expected);
        _nans.Append(rows.NaNs, start, count, Expected);
        _lows.Append(rows.Lows, start, count, Expected);
        _highs.Append(rows.Highs, start, count, Expected);
    }

    /// <summary>Forgets the rows; the room for them stays.</summary>
    public void Clear()
    {
        _steps.Clear();
        _times.Clear();
        _values.Clear();
        _lastSteps.Clear();
        _counts.Clear();
        _nans.Clear();
        _lows.Clear();
        _highs.Clear();
    }

    /// <summary>Joins series into columns, in order.</summary>
    /// <param name="series">The series; null for one without rows.</param>
    public static PointColumns Join(IReadOnlyList<PointAccumulator?> series)
    {
        var offsets = new int[series.Count + 1];
        for (var i = 0; i < series.Count; i++)
        {
            offsets[i + 1] = offsets[i] + (series[i]?.Count ?? 0);
        }

        return new PointColumns(
            offsets,
            Joined(a => a._steps),
            Joined(a => a._times),
            Joined(a => a._values),
            Joined(a => a._lastSteps),
            Joined(a => a._counts),
            Joined(a => a._nans),
            Joined(a => a._lows),
            Joined(a => a._highs));

        T[] Joined<T>(Func<PointAccumulator, Numbers<T>> part) => Numbers<T>.Join([.. series.Select(s => s is null ? null : part(s))], offsets);
    }

    private void AppendPoint(PointAccumulator other, int place)
    {
        _steps.Append(other._steps.Span, place, 1, Expected);
        _times.Append(other._times.Span, place, 1, Expected);
        _values.Append(other._values.Span, place, 1, Expected);
    }

    private sealed class Numbers<T>
    {
        private T[] _items = [];

        public int Count { get; private set; }

        public Span<T> Span => _items.AsSpan(0, Count);

        public void Clear() => Count = 0;

        public void Append(ReadOnlySpan<T> column, int start, int count, long expected = 0)
        {
            if (column.IsEmpty)
            {
                return;
            }

            if (_items.Length < Count + count)
            {
                Array.Resize(ref _items, Math.Max(Count + count, expected > Count + count ? (int)Math.Min(expected, Array.MaxLength) : _items.Length * 2));
            }

            column.Slice(start, count).CopyTo(_items.AsSpan(Count));
            Count += count;
        }

        public static T[] Join(Numbers<T>?[] parts, int[] offsets)
        {
            // A single series is not copied: its array may be longer than its count, which the offsets hide.
            var filled = parts.Where(p => p is { Count: > 0 }).ToArray();
            if (filled.Length < 2)
            {
                return filled is [{ } single] ? single._items : [];
            }

            var joined = new T[offsets[^1]];
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i]?.Span.CopyTo(joined.AsSpan(offsets[i]));
            }

            return joined;
        }
    }
}
