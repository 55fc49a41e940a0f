using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What came of a request's variables: values, or what is wrong with them.</summary>
/// <param name="Values">The values by name; a variable that was not given and has no default is absent. Empty when there are errors.</param>
/// <param name="Errors">Request errors (section 7.1.2) with the code <see cref="ErrorCodes.BadUserInput"/>; empty on success.</param>
public sealed record CoercedVariables(IReadOnlyDictionary<string, object?> Values, ImmutableArray<GraphQLError> Errors)
{
    /// <summary>Whether the operation may be executed.</summary>
    public bool IsValid => Errors.IsEmpty;
}
