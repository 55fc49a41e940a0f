using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AnalyticsGraph.ClickHouse;

/// <summary>What the client tells those who listen, by OpenTelemetry's conventions for database clients.</summary>
public static class ClickHouseTelemetry
{
    /// <summary>The name of the client's <see cref="ActivitySource"/> and <see cref="Meter"/>.</summary>
    public const string Name = "AnalyticsGraph.ClickHouse";

    private static readonly Meter Meter = new(Name);

    internal static ActivitySource Source { get; } = new(Name);

    internal static Histogram<double> OperationDuration { get; } = Meter.CreateHistogram(
        "db.client.operation.duration",
        "s",
        "How long statements took: until the answer was read to its end, or was given up.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] });
}
