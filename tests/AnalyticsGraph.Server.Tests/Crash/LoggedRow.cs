namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>A row of another series as its client remembers it. The client corrects it now and then, one call after the other.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="OwnerId">The run, job, dataset or prediction set, as the graph names it.</param>
/// <param name="Place">Where it stands within its owner.</param>
internal sealed record LoggedRow(LoggedKind Kind, string OwnerId, long Place)
{
    /// <summary>The values that were sent, in order; all but the last one were acknowledged.</summary>
    public List<double> Values { get; } = [];

    /// <summary>Whether the last one was.</summary>
    public bool Acknowledged { get; set; }

    /// <summary>Whether a store may say this after all: the last value, or the one before if nobody said that the last one is stored. Null is no row.</summary>
    public bool Admits(double? value) => value == Values[^1] || (!Acknowledged && (Values.Count > 1 ? value == Values[^2] : value is null));
}
