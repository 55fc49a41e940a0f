namespace AnalyticsGraph.Server.Export;

/// <summary>What exports may take.</summary>
internal sealed record ExportLimits
{
    /// <summary>How many run at once: each holds a query of ClickHouse open at its client's pace.</summary>
    public int MaxExports { get; init; } = 4;

    /// <summary>The most runs of one export.</summary>
    public int MaxRuns { get; init; } = 1_000_000;

    /// <summary>The most columns of one export.</summary>
    public int MaxColumns { get; init; } = 5_000;

    /// <summary>How long a client may take nothing before its export ends.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
