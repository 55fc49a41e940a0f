namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>How long a question took through the server, and what it is compared with.</summary>
/// <param name="Ratio">The server's over the other's, over the rounds; without anything to compare with, not a number.</param>
/// <param name="Server">Milliseconds, over the rounds.</param>
/// <param name="Raw">Milliseconds of what it is compared with.</param>
/// <param name="Fastest">The fastest of all requests.</param>
/// <param name="FastestRaw">The fastest of what it is compared with.</param>
internal sealed record Latencies(Spread Ratio, Spread Server, Spread Raw, double Fastest, double FastestRaw);
