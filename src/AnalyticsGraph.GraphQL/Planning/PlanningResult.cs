using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>What came of planning.</summary>
/// <param name="Plan">The plan; null if it depends on the values of <paramref name="ConditionVariables"/>.</param>
/// <param name="ConditionVariables">The variables of <c>@skip</c> and <c>@include</c>.</param>
internal sealed record PlanningResult(OperationPlan? Plan, ImmutableArray<string> ConditionVariables);
