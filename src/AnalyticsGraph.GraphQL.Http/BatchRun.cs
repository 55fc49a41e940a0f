using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>One execution of a batch.</summary>
internal sealed class BatchRun(GraphQLRequest request)
{
    public GraphQLRequest Request { get; } = request;

    public ExecutionResult? Result { get; set; }
}
