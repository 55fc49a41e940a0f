namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>How many answers of a store are sent while they are read, over all requests. Nobody waits for a place: who finds none reads whole.</summary>
/// <param name="most">How many may.</param>
public sealed class StreamPlaces(int most)
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

    private sealed class Place(StreamPlaces all) : IDisposable
    {
        private StreamPlaces? _all = all;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _all, null) is { } taken)
            {
                Interlocked.Decrement(ref taken._count);
            }
        }
    }
}
