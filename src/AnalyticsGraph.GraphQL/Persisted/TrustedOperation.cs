using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>What an identifier of a trusted document names.</summary>
/// <param name="Document">The document.</param>
/// <param name="OperationName">The operation, where the identifier is its name; null for a whole document.</param>
internal sealed record TrustedOperation(PlannedDocument Document, string? OperationName);
