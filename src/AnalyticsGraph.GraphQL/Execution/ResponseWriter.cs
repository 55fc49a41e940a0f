namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Writes a JSON response into one pooled buffer. Leaf columns write their values by it.</summary>
public sealed class ResponseWriter
{
}
