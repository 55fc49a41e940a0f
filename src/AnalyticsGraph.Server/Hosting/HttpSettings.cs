using AnalyticsGraph.GraphQL.Http;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>Section <c>Http</c>: batches, trusted operations, profiles.</summary>
internal sealed record HttpSettings
{
    /// <summary>How much one HTTP request may ask for.</summary>
    public GraphQLBatchOptions Batch { get; init; } = new();

    /// <summary>A folder with <c>.graphql</c> files of trusted operations beside those of this build; null for none.</summary>
    public string? OperationsFolder { get; init; }

    /// <summary>The <c>Cache-Control</c> of answers to trusted operations that are asked for by their own URL.</summary>
    public string OperationCacheControl { get; init; } = "no-cache";

    /// <summary>Who may ask by <c>GraphQL-Profile</c> how requests are answered.</summary>
    public ProfileAccess Profile { get; init; }
}
