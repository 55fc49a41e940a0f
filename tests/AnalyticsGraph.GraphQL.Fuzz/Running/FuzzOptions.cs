namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>How much is tried.</summary>
/// <param name="From">The number of the first input.</param>
/// <param name="Count">How many inputs.</param>
/// <param name="Limit">How long at most.</param>
/// <param name="Threads">How many inputs are tried at once.</param>
/// <param name="Trace">A file that holds the numbers of the inputs under way, 8 bytes for each thread: what is left when the process itself died.</param>
internal sealed record FuzzOptions(long From, long Count, TimeSpan Limit, int Threads, string? Trace);
