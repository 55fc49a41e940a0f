namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>An input that failed.</summary>
internal sealed record FuzzFailure(long Number, byte[] Input, string Why);
