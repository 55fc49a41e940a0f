using System.Collections.Concurrent;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A valid document with the plans of its operations, each made when it is first asked for.</summary>
internal sealed class PlannedDocument(ExecutableSchema schema, DocumentNode document, PlanLimits limits)
{
    private readonly ImmutableArray<PlannedOperation> _operations =
        [.. document.Definitions.OfType<OperationDefinitionNode>().Select(operation => new PlannedOperation(schema, document, operation, limits))];

    /// <summary>Section 6.1, GetOperation.</summary>
    /// <exception cref="GraphQLException">There is none of that name, or a name is needed.</exception>
    public PlannedOperation GetOperation(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return _operations.Length == 1 ? _operations[0] : throw NotFound(_operations.IsEmpty
                ? "Must provide an operation."
                : "Must provide operation name if query contains multiple operations.");
        }

        foreach (var operation in _operations)
        {
            if (operation.Definition.Name?.Value == name)
            {
                return operation;
            }
        }

        throw NotFound($"Unknown operation named \"{name}\".");
    }

    private static GraphQLException NotFound(string message) => new(new GraphQLError(message, ErrorCodes.OperationNotFound));
}

/// <summary>An operation with its plan, or with its plans where their shape depends on the variables of <c>@skip</c> and <c>@include</c>.</summary>
internal sealed class PlannedOperation(ExecutableSchema schema, DocumentNode document, OperationDefinitionNode definition, PlanLimits limits)
{
    // An operation with so many switches is rather planned again than kept in all its shapes.
    private const int MostShapes = 32;

    private readonly ConcurrentDictionary<string, OperationPlan> _shapes = new(StringComparer.Ordinal);
    private PlanningResult? _general;

    public OperationDefinitionNode Definition { get; } = definition;

    /// <summary>The plan for a request.</summary>
    /// <exception cref="GraphQLException">A variable of <c>@skip</c> or <c>@include</c> is null, or the plan outgrows its limits.</exception>
    public OperationPlan GetPlan(IReadOnlyDictionary<string, object?> variables)
    {
        var general = _general ??= OperationPlanner.Plan(schema, document, Definition, limits);
        foreach (var name in general.ConditionVariables)
        {
            if (variables.GetValueOrDefault(name) is not bool)
            {
                throw new GraphQLException(new GraphQLError($"Variable \"${name}\" decides about @skip or @include and must not be null.", ErrorCodes.BadUserInput)
                {
                    Locations = [Definition.VariableDefinitions.First(variable => variable.Variable.Name.Value == name).Location],
                });
            }
        }

        return general.Plan ?? GetShape(general.ConditionVariables, variables);
    }

    private OperationPlan GetShape(ImmutableArray<string> names, IReadOnlyDictionary<string, object?> variables)
    {
        var key = string.Create(names.Length, (names, variables), static (text, state) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = state.variables[state.names[i]] is true ? '1' : '0';
            }
        });
        if (_shapes.TryGetValue(key, out var plan))
        {
            return plan;
        }

        plan = OperationPlanner.Plan(schema, document, Definition, limits, variables).Plan!;
        return _shapes.Count < MostShapes ? _shapes.GetOrAdd(key, plan) : plan;
    }
}
