namespace AnalyticsGraph.GraphQL.Topics;

/// <summary>What events are published under and subscribed to. Equal if name and type are.</summary>
/// <typeparam name="T">The type of its events: a record that can be written as JSON, so that it can travel between servers.</typeparam>
/// <param name="Name">The name, such as <c>run.17.points</c>: letters, digits, dots and underscores, at most 63 of them.</param>
public sealed record Topic<T>(string Name);
