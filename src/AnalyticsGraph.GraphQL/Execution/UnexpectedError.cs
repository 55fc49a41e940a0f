namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A fault of the server during a request.</summary>
/// <param name="TraceId">What the caller sees in <c>extensions.traceId</c>.</param>
/// <param name="Field">The field, such as <c>Run.metrics</c>; null outside of any.</param>
/// <param name="Exception">What was thrown.</param>
public sealed record UnexpectedError(string TraceId, string? Field, Exception Exception);
