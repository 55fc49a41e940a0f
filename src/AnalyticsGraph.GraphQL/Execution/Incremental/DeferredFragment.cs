namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A deferred fragment at one object.</summary>
internal sealed class DeferredFragment(string? label, object[] path, DeferredFragment? parent) : DeliveredPart(label, path)
{
    /// <summary>The deferred fragment around it, which is delivered before.</summary>
    public DeferredFragment? Parent { get; } = parent;

    public List<DeferredFragment> Children { get; } = [];

    /// <summary>Whether its fields or those of a fragment within are awaited.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether its turn has come: there is nothing around it that is not delivered.</summary>
    public bool IsReleased { get; set; }

    public List<DeferredTask> Tasks { get; } = [];

    public int PendingTasks { get; set; }
}
