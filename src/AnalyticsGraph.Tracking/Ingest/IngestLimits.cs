namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>What a request to <c>/ingest</c> may bring.</summary>
public sealed record IngestLimits
{
    /// <summary>The most bytes of a body, as it comes and as it is without its Content-Encoding. 16 GiB by default.</summary>
    public long MaxBodyBytes { get; init; } = 16L << 30;

    /// <summary>The most bytes of a body that ClickHouse must hold as a whole to read it: RowBinaryWithNamesAndTypes, ArrowStream, Parquet. 512 MiB by default.</summary>
    public long MaxHeldBytes { get; init; } = 512L << 20;

    /// <summary>The most bytes that bodies which ClickHouse must hold take of the temporary folder, all together. 2 GiB by default.</summary>
    public long MaxTemporaryBytes { get; init; } = 2L << 30;

    /// <summary>The most bytes of one line of NDJSON, one record of CSV, one block of Native. 64 MiB by default.</summary>
    public int MaxPieceBytes { get; init; } = 64 << 20;

    /// <summary>The most rows of a body.</summary>
    public long MaxRows { get; init; } = 200_000_000;

    /// <summary>The most different runs, jobs, datasets or prediction sets that the rows of a body belong to.</summary>
    public int MaxOwners { get; init; } = 100_000;

    /// <summary>How many bodies are taken at the same time; each may need some tens of MiB.</summary>
    public int MaxConcurrentRequests { get; init; } = 32;

    /// <summary>How many bodies that it must hold as a whole ClickHouse reads at the same time; the others wait in files for their turn.</summary>
    public int MaxHeldRequests { get; init => field = Setting.AtLeast(value, 1); } = 4;

    /// <summary>How long ClickHouse may take to read a body that it must hold as a whole, from when its turn has come.</summary>
    public TimeSpan HeldTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a client may send nothing of its body before its request ends.</summary>
    public TimeSpan StallTimeout { get; init => field = Setting.AtLeast(value, TimeSpan.FromMilliseconds(1)); } = TimeSpan.FromSeconds(60);
}
