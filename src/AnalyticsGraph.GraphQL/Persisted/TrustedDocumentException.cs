using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>Files of trusted documents that cannot be served.</summary>
/// <param name="faults">Each with its file, line and column.</param>
public sealed class TrustedDocumentException(ImmutableArray<string> faults)
    : GraphQLException(new GraphQLError($"The trusted documents cannot be served:\n{string.Join('\n', faults)}", ErrorCodes.Validation))
{
    /// <summary>Each as <c>file(line,column): what is wrong</c>.</summary>
    public ImmutableArray<string> Faults { get; } = faults;
}
