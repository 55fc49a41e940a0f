using System.Diagnostics;

namespace AnalyticsGraph.Mapping;

/// <summary>What the mapping tells those who listen: a span for each round trip to PostgreSQL. ClickHouse's are its client's.</summary>
public static class MappingTelemetry
{
    /// <summary>The name of the mapping's <see cref="ActivitySource"/>.</summary>
    public const string Name = "AnalyticsGraph.Mapping";

    internal static ActivitySource Source { get; } = new(Name);
}
