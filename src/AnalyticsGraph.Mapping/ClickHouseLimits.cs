namespace AnalyticsGraph.Mapping;

/// <summary>
/// What a query that a caller's request causes may use of ClickHouse: ClickHouse itself watches over it. How long it may run is <see cref="MappingLimits.StatementTimeout"/>.
/// </summary>
public sealed record ClickHouseLimits
{
    /// <summary>
    /// How many queries run at once, over all requests; further ones wait. By default fewer than the embedded ClickHouse runs at once, so that what is written finds room beside what is read.
    /// </summary>
    public int MaxQueries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Math.Max(8, 2 * Environment.ProcessorCount);

    /// <summary>How long a query waits for others to end.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The most memory of a query, in bytes.</summary>
    public long MaxMemory { get; init; } = 1L << 30;

    /// <summary>The most rows that a query reads in its tables, whatever it returns.</summary>
    public long MaxRowsRead { get; init; } = 1_000_000_000;

    /// <summary>The most rows that a query returns. What is streamed is bounded by other limits.</summary>
    public long MaxResultRows { get; init; } = 10_000_000;

    /// <summary>The most bytes that a query returns, as ClickHouse keeps them in memory. What is streamed is bounded by other limits.</summary>
    public long MaxResultBytes { get; init; } = 1L << 30;

    /// <summary>How long an answer that is sent at its client's pace may take from its beginning to its end.</summary>
    public TimeSpan StreamTimeout { get; init; } = TimeSpan.FromHours(1);
}
