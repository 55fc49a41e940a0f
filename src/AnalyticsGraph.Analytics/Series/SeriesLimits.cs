namespace AnalyticsGraph.Analytics.Series;

/// <summary>How many points a request may read one by one. Thinned series are aggregated in the store and not bounded by these.</summary>
public sealed record SeriesLimits
{
    /// <summary>The most points of one series.</summary>
    public long MaxPointsPerSeries { get; init; } = 2_000_000;

    /// <summary>The most points of all series of a level of a request together.</summary>
    public long MaxPointsPerRequest { get; init; } = 5_000_000;

    /// <summary>How many points a thinned view may read of a series, or of all runs of a comparison; beyond, stored rollups are read in their place, as far as there are any.</summary>
    public long MaxThinnedPoints { get; init; } = 200_000;

    /// <summary>The most runs that are compared at once.</summary>
    public int MaxComparedRuns { get; init; } = 10_000;

    /// <summary>How many series may stream from ClickHouse at once, over all requests: each holds a query open at its client's pace. Beyond it they are read whole, and sent in parts then.</summary>
    public int MaxStreams { get; init; } = 4;

    /// <summary>How long a client may keep a series from streaming on before ClickHouse ends its query.</summary>
    public TimeSpan StreamStallTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
