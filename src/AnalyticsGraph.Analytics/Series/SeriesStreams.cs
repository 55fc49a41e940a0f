namespace AnalyticsGraph.Analytics.Series;

/// <summary>How many series stream at the moment. Nobody waits for a place: who finds none reads whole.</summary>
/// <param name="most">How many may.</param>
internal sealed class SeriesStreams(int most)
{
    private int _count;

    /// <summary>Takes a place.</summary>
    /// <returns>To be disposed, which gives it back; null if all are taken.</returns>
    public IDisposable? TryTake()
    {
        if (Interlocked.Increment(ref _count) <= most)
        {
            return new Place(this);
        }

        Interlocked.Decrement(ref _count);
        return null;
    }

    private sealed class Place(SeriesStreams all) : IDisposable
    {
        private SeriesStreams? _all = all;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _all, null) is { } taken)
            {
                Interlocked.Decrement(ref taken._count);
            }
        }
    }
}
