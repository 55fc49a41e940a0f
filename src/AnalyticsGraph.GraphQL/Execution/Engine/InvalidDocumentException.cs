using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A document that breaks rules of section 5.</summary>
internal sealed class InvalidDocumentException(ImmutableArray<GraphQLError> errors) : Exception("The document is not valid.")
{
    public ImmutableArray<GraphQLError> Errors { get; } = errors;
}
