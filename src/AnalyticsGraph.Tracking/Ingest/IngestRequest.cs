using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>How a body is written.</summary>
public enum IngestFormat
{
    /// <summary>A JSON object on each line.</summary>
    Ndjson,

    /// <summary>Comma-separated values with a header (RFC 4180).</summary>
    Csv,

    /// <summary>ClickHouse's columnar format, block by block.</summary>
    Native,

    /// <summary>ClickHouse's binary rows behind the columns' names and types.</summary>
    RowBinaryWithNamesAndTypes,

    /// <summary>Apache Arrow's streaming format.</summary>
    ArrowStream,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>What a caller wants of a body.</summary>
/// <param name="Stream">The series that its rows are of.</param>
/// <param name="Format">How it is written.</param>
public sealed record IngestRequest(IngestStream Stream, IngestFormat Format)
{
    /// <summary>The global id of the owner of rows that name none; null if all do.</summary>
    public string? OwnerId { get; init; }

    /// <summary>As <see cref="OwnerId"/>, by its key.</summary>
    public string? OwnerKey { get; init; }

    /// <summary>The source whose records are named by their keys; null where keys are unique without it.</summary>
    public string? Source { get; init; }

    /// <summary>Makes the request safe to repeat.</summary>
    public string? Token { get; init; }

    /// <summary>Who asks.</summary>
    public Caller Caller { get; init; } = Caller.Anonymous;
}

/// <summary>What came of a body.</summary>
/// <param name="Rows">How many rows it had.</param>
/// <param name="NewRows">How many of them were not there before; all of them where rows replace others.</param>
public sealed record IngestAnswer(long Rows, long NewRows);
