namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What the writing of data found that is to be delivered later.</summary>
internal sealed class DeliveryWork
{
    public List<DeferredFragment> Fragments { get; } = [];

    public List<DeferredTask> Tasks { get; } = [];

    public List<StreamedRest> Streams { get; } = [];

    public bool IsEmpty => Tasks.Count == 0 && Streams.Count == 0;

    public Mark Position => new(Fragments.Count, Tasks.Count, Streams.Count);

    /// <summary>Forgets what was found since in an object that turned out null.</summary>
    public void Truncate(Mark mark)
    {
        Fragments.RemoveRange(mark.Fragments, Fragments.Count - mark.Fragments);
        Tasks.RemoveRange(mark.Tasks, Tasks.Count - mark.Tasks);
        Streams.RemoveRange(mark.Streams, Streams.Count - mark.Streams);
    }

    public readonly record struct Mark(int Fragments, int Tasks, int Streams);
}
