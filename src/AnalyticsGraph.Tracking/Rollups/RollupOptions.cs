namespace AnalyticsGraph.Tracking.Rollups;

/// <summary>Which series are summarized, and how often.</summary>
public sealed record RollupOptions
{
    /// <summary>How many points a series has before it is summarized. 50,000 by default.</summary>
    public long LeastPoints { get; init => field = Setting.AtLeast(value, 1); } = 50_000;

    /// <summary>How many points come to a series before its rollups are built up to them, unless a twentieth of the series is more: readers add these one by one.</summary>
    public long LeastNewPoints { get; init => field = Setting.AtLeast(value, 1); } = 20_000;

    /// <summary>How many points a bucket of the least width has on average: fewer would make rollups larger than they are useful.</summary>
    public int PointsPerBucket { get; init => field = Setting.AtLeast(value, 1); } = 128;

    /// <summary>How long to wait between two looks for series that have grown.</summary>
    public TimeSpan Interval { get; init => field = Setting.AtLeast(value, TimeSpan.FromMilliseconds(1)); } = TimeSpan.FromSeconds(5);

    /// <summary>How long one statement of either store may take that finds or summarizes what has grown; after that it is tried anew, at the next look. Ten minutes by default.</summary>
    public TimeSpan StatementTimeout { get; init => field = Setting.AtLeast(value, TimeSpan.FromSeconds(1)); } = TimeSpan.FromMinutes(10);
}
