namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>A batch as its client remembers it.</summary>
/// <param name="Points">The points; no other point of any batch has the same value.</param>
/// <param name="Time">When they were measured; null: the server says.</param>
/// <param name="Token">The client token; null for none.</param>
internal sealed record LoggedBatch(IReadOnlyList<LoggedPoint> Points, DateTimeOffset? Time, string? Token)
{
    /// <summary>Whether the server said that it is stored. If not, it may be there, once and wholly, or not at all.</summary>
    public bool Acknowledged { get; set; }
}

/// <summary>A point of a batch.</summary>
/// <param name="RunId">The run, as the graph names it.</param>
/// <param name="Key">The metric.</param>
/// <param name="Step">Where.</param>
/// <param name="Value">What.</param>
internal readonly record struct LoggedPoint(string RunId, string Key, long Step, double Value);
