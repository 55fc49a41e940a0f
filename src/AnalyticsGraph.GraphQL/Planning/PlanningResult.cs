namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>What came of planning.</summary>
/// <param name="Plan">The plan; null if it depends on the values of the variables of <c>@skip</c> and <c>@include</c>.</param>
/// <param name="Variables">What decides about parts of the operation.</param>
internal sealed record PlanningResult(OperationPlan? Plan, ConditionVariables Variables);
