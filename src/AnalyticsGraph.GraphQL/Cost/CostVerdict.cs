using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>What came of the analysis.</summary>
/// <param name="Cost">What the operation may cost.</param>
/// <param name="Errors">Why it must not run: a list's size beyond its bound, or a cost beyond the limits; empty if it may.</param>
internal sealed record CostVerdict(OperationCost Cost, ImmutableArray<GraphQLError> Errors);
