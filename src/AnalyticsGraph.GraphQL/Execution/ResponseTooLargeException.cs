namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The response outgrew its limit.</summary>
internal sealed class ResponseTooLargeException(int limit) : Exception($"The response exceeds {limit} bytes.")
{
    public int Limit { get; } = limit;
}
