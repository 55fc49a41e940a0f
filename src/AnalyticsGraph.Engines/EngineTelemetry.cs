using System.Diagnostics.Metrics;

namespace AnalyticsGraph.Engines;

/// <summary>What the embedded engines tell those who listen.</summary>
public static class EngineTelemetry
{
    /// <summary>The name of the engines' <see cref="Meter"/>.</summary>
    public const string Name = "AnalyticsGraph.Engines";

    private static readonly Meter Meter = new(Name);

    internal static Counter<long> Restarts { get; } = Meter.CreateCounter<long>("analyticsgraph.engine.restarts", "{restart}", "Engines that ended by themselves and were started again.");
}
