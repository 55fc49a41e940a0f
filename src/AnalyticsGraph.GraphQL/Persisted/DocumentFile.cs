namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>A file of operations and fragments that its owner vouches for.</summary>
/// <param name="Name">What faults call it: its path or file name.</param>
/// <param name="Source">Its text in UTF-8.</param>
public sealed record DocumentFile(string Name, ReadOnlyMemory<byte> Source);
