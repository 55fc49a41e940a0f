namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>What one field that aggregates metrics may ask. Beyond a limit the field has an error that names it (<c>LIMIT_EXCEEDED</c>).</summary>
public sealed record AggregateLimits
{
    /// <summary>The most runs that a filter may select.</summary>
    public int MaxRuns { get; init; } = 1_000_000;

    /// <summary>The most groups of a page.</summary>
    public int MaxGroups { get; init; } = 10_000;

    /// <summary>The most things to group by.</summary>
    public int MaxDimensions { get; init; } = 8;

    /// <summary>The most measures of each group, metrics or objectives.</summary>
    public int MaxMeasures { get; init; } = 50;
}
