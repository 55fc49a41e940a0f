using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>An operation ready to run: fragments resolved, arguments coerced as far as can be, every field bound to its step. Immutable, shared by requests.</summary>
/// <param name="Operation">The operation as written.</param>
/// <param name="Root">What is selected on the root type.</param>
/// <param name="IsImmediate">Whether all its steps have their data at hand, so that there is nothing to cancel.</param>
internal sealed record OperationPlan(OperationDefinitionNode Operation, PlannedSelectionSet Root, bool IsImmediate)
{
    /// <summary>What it costs, once that is known and if no variable matters.</summary>
    public CostVerdict? Cost { get; set; }
}

/// <summary>What came of planning.</summary>
/// <param name="Plan">The plan; null if it depends on the values of <paramref name="ConditionVariables"/>.</param>
/// <param name="ConditionVariables">The variables of <c>@skip</c> and <c>@include</c>.</param>
internal sealed record PlanningResult(OperationPlan? Plan, ImmutableArray<string> ConditionVariables);

/// <summary>How large a plan may become.</summary>
/// <param name="MaxDepth">How deep objects may nest.</param>
/// <param name="MaxFields">How many fields it may have, those of all possible types counted.</param>
internal sealed record PlanLimits(int MaxDepth, int MaxFields)
{
    /// <summary>The error of a plan that outgrows a limit.</summary>
    public static GraphQLException Exceeded(string message) => new(new GraphQLError(message + " Split it.", ErrorCodes.LimitExceeded));
}
