namespace AnalyticsGraph.Tracking.Points;

/// <summary>Bounds of the point log and the pace of its flusher.</summary>
public sealed record PointLogOptions
{
    /// <summary>How many bytes of uncompressed rows, points or others, may wait for ClickHouse; beyond, more are refused. 256 MiB by default.</summary>
    public long MaxPendingBytes { get; init => field = Setting.AtLeast(value, 1); } = 256L << 20;

    /// <summary>How many bytes of uncompressed rows loads may have that are not published yet; beyond, their blocks are refused. 4 GiB by default.</summary>
    public long MaxStagedBytes { get; init => field = Setting.AtLeast(value, 1); } = 4L << 30;

    /// <summary>How many callers' batches one transaction acknowledges at most.</summary>
    public int MaxGroupBatches { get; init => field = Setting.AtLeast(value, 1); } = 128;

    /// <summary>How many points one transaction acknowledges at most (a single larger batch still passes).</summary>
    public int MaxGroupPoints { get; init => field = Setting.AtLeast(value, 1); } = 20_000;

    /// <summary>How many groups are committed at the same time.</summary>
    public int Committers { get; init => field = Setting.AtLeast(value, 1); } = 2;

    /// <summary>How many points, or other rows, one insert into ClickHouse has at most: one block, one part.</summary>
    public int MaxBlockPoints { get; init => field = Setting.AtLeast(value, 1); } = 500_000;

    /// <summary>How many bytes of uncompressed rows one insert has at most (a single larger group still passes). 64 MiB by default.</summary>
    public long MaxBlockBytes { get; init => field = Setting.AtLeast(value, 1); } = 64L << 20;

    /// <summary>How long rows wait at most until they are flushed, when nobody reads them.</summary>
    public TimeSpan FlushInterval { get; init => field = Setting.AtLeast(value, TimeSpan.FromMilliseconds(1)); } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long one statement of PostgreSQL may take that publishes a load, or takes what is in ClickHouse out of the log; after that the load is not published, and the log tried anew. An hour by default: the
    /// statement moves all of a load's rows, or orders all of its series.
    /// </summary>
    public TimeSpan PublishTimeout { get; init => field = Setting.AtLeast(value, TimeSpan.FromSeconds(1)); } = TimeSpan.FromHours(1);
}
