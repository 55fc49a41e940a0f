namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What the writing of data found that is to be delivered later.</summary>
internal sealed class DeliveryWork
{
    public List<DeferredFragment> Fragments { get; } = [];

    public List<DeferredTask> Tasks { get; } = [];

    public List<StreamedRest> Streams { get; } = [];

    public bool IsEmpty => Tasks.Count == 0 && Streams.Count == 0;

    /// <summary>Forgets what was found in a value that turned out null.</summary>
    /// <param name="start">How much was written before the value.</param>
    public void Truncate(int start)
    {
        Fragments.RemoveAll(fragment => fragment.WrittenAt >= start);
        Tasks.RemoveAll(task => task.WrittenAt >= start);
        Streams.RemoveAll(stream => stream.WrittenAt >= start);
    }
}
