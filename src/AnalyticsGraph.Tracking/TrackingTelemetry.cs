using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AnalyticsGraph.Tracking;

/// <summary>What the write side tells those who listen: commits of groups, flushes, copies, and what waits for ClickHouse. Statements inside of them are told by the stores' clients.</summary>
public static class TrackingTelemetry
{
    /// <summary>The name of the write side's <see cref="ActivitySource"/> and <see cref="Meter"/>.</summary>
    public const string Name = "AnalyticsGraph.Tracking";

    private static readonly Meter Meter = new(Name);

    internal static ActivitySource Source { get; } = new(Name);

    internal static Counter<long> PointsLogged { get; } = Meter.CreateCounter<long>("analyticsgraph.points.logged", "{point}", "Points, and rows of other series, that were acknowledged.");

    internal static Counter<long> PointsFlushed { get; } = Meter.CreateCounter<long>("analyticsgraph.points.flushed", "{point}", "Points, and rows of other series, that were brought to ClickHouse.");

    internal static Histogram<double> CommitDuration { get; } = Meter.CreateHistogram(
        "analyticsgraph.points.commit.duration", "s", "How long the transaction of a group of batches took.", advice: Buckets());

    internal static Histogram<double> FlushDuration { get; } = Meter.CreateHistogram("analyticsgraph.points.flush.duration", "s", "How long it took to bring a block to ClickHouse and take it out of the log.", advice: Buckets());

    private static InstrumentAdvice<double> Buckets() => new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };
}
