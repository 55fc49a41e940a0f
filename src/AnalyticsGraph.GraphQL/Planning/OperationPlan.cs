using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>An operation ready to run: fragments resolved, arguments coerced as far as can be, every field bound to its step. Immutable, shared by requests.</summary>
/// <param name="Operation">The operation as written.</param>
/// <param name="Root">What is selected on the root type.</param>
/// <param name="IsImmediate">Whether all its steps have their data at hand, so that there is nothing to cancel.</param>
internal sealed record OperationPlan(OperationDefinitionNode Operation, PlannedSelectionSet Root, bool IsImmediate)
{
    /// <summary>What it costs, once that is known and if no variable matters.</summary>
    public CostVerdict? Cost { get; set; }

    /// <summary>How many fields it has, those of all possible types counted.</summary>
    public int FieldCount { get; init; }

    /// <summary>How many fields have arguments that vary between requests.</summary>
    public int VaryingArguments { get; init; }

    /// <summary>Where its fields stand in its responses; found out when it is first asked for.</summary>
    public FieldPaths Paths => _paths ??= new FieldPaths(Root);

    private FieldPaths? _paths;

    /// <summary>Whether <c>@defer</c> and <c>@stream</c> count, so that the response may come in parts.</summary>
    public bool InParts { get; init; }
}
