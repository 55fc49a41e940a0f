namespace AnalyticsGraph.Benchmarks.Mixed;

/// <summary>A run, and how many points of it were acknowledged.</summary>
internal sealed record MixedRun(string Id)
{
    public long Points { get; set; }
}
