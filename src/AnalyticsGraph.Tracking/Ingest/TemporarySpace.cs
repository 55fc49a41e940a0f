namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>What bodies take of the temporary folder, all together. Thread-safe.</summary>
/// <param name="most">The most bytes.</param>
internal sealed class TemporarySpace(long most)
{
    private long _taken;

    /// <summary>The most bytes.</summary>
    public long Most => most;

    /// <summary>Takes some, unless that would be more than there is.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <returns>Whether they were taken.</returns>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most)
            return true;
        GiveBack(bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    /// <param name="bytes">How many bytes.</param>
    public void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
