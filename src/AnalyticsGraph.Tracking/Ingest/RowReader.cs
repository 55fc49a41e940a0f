namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Reads the rows of a body.</summary>
internal abstract class RowReader : IAsyncDisposable
{
    /// <summary>Adds rows until the chunk is full or the body ends.</summary>
    /// <returns>Whether there may be more.</returns>
    /// <exception cref="IngestException">The body is not of its format, or a value not of its column's kind. The rows before are in the chunk.</exception>
    public abstract Task<bool> ReadAsync(RowChunk chunk, CancellationToken ct);

    public abstract ValueTask DisposeAsync();
}
