namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A part of the response that the client is told of, and later told the end of: a deferred fragment at one object, or the rest of one list.</summary>
internal abstract class DeliveredPart(string? label, object[] path)
{
    public string? Label { get; } = label;

    public object[] Path { get; } = path;

    /// <summary>Where it was found: how much was written before it.</summary>
    public int WrittenAt { get; init; }

    /// <summary>What the client knows it by; null before it was announced.</summary>
    public string? Id { get; set; }
}
