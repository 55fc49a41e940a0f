using System.Collections.Concurrent;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

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
