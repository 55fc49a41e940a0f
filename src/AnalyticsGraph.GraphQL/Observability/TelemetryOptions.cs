namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>What spans tell beyond what is always safe.</summary>
public sealed record TelemetryOptions
{
    /// <summary>
    /// Whether an operation's span carries the text of its document (<c>graphql.document</c>). A document can hold values that callers wrote into it, so that it is left out by default; its hash is there in any case.
    /// </summary>
    public bool IncludeDocument { get; init; }
}
