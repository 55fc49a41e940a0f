namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>How long an input took.</summary>
internal sealed record FuzzTime(long Number, TimeSpan Took);
