using System.Collections.Concurrent;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>An operation with its plan, or with its plans where their shape depends on the variables of <c>@skip</c> and <c>@include</c>.</summary>
internal sealed class PlannedOperation(ExecutableSchema schema, DocumentNode document, OperationDefinitionNode definition, PlanLimits limits)
{
    // An operation with so many switches is rather planned again than kept in all its shapes.
    private const int MostShapes = 32;

    private readonly ConcurrentDictionary<string, OperationPlan> _shapes = new(StringComparer.Ordinal);
    private long _fieldsOfShapes;
    private PlanningResult? _general;
    private VariableReader? _variables;

    public OperationDefinitionNode Definition { get; } = definition;

    /// <summary>Section 6.1.2: a request's variables to internal values.</summary>
    /// <param name="request">A request for the operation.</param>
    public CoercedVariables Coerce(GraphQLRequest request)
    {
        _variables ??= new VariableReader(schema.Schema, Definition);
        return request.VariablesUtf8.IsEmpty ? _variables.Read(request.Variables ?? default) : _variables.Read(request.VariablesUtf8.Span);
    }

    /// <summary>The plan for a request.</summary>
    /// <param name="variables">Coerced variables.</param>
    /// <param name="inParts">Whether <c>@defer</c> and <c>@stream</c> count; else all is one part.</param>
    /// <param name="trace">Told if it has to be planned; may be null.</param>
    /// <exception cref="GraphQLException">A variable of <c>@skip</c>, <c>@include</c>, <c>@defer</c> or <c>@stream</c> is null, or the plan outgrows its limits.</exception>
    public OperationPlan GetPlan(IReadOnlyDictionary<string, object?> variables, bool inParts, RequestTrace? trace = null)
    {
        var general = _general ??= Plan(trace);
        foreach (var name in general.Variables.Inclusion)
        {
            if (variables.GetValueOrDefault(name) is not bool)
            {
                throw NullCondition(name, "@skip or @include");
            }
        }

        if (inParts && general.Variables.MayDeliverInParts)
        {
            foreach (var name in general.Variables.Delivery)
            {
                if (variables.TryGetValue(name, out var given) && given is null)
                {
                    throw NullCondition(name, "@defer or @stream");
                }
            }

            return GetShape([.. general.Variables.Inclusion, .. general.Variables.Delivery], variables, inParts: true, trace);
        }

        return general.Plan ?? GetShape(general.Variables.Inclusion, variables, inParts: false, trace);
    }

    private OperationPlan GetShape(ImmutableArray<string> names, IReadOnlyDictionary<string, object?> variables, bool inParts, RequestTrace? trace)
    {
        var key = string.Create(names.Length + 1, (names, variables, inParts), static (text, state) =>
        {
            for (var i = 0; i < state.names.Length; i++)
            {
                text[i] = state.variables.TryGetValue(state.names[i], out var value) ? value is true ? '1' : '0' : '-';
            }

            text[^1] = state.inParts ? 'p' : 'w';
        });
        if (_shapes.TryGetValue(key, out var plan))
        {
            return plan;
        }

        using var _ = trace?.Begin("plan");
        plan = OperationPlanner.Plan(schema, document, Definition, limits, variables, inParts).Plan!;
        return Keep(key, plan);
    }

    // The cache of documents is bounded by their bytes, of which few can make many shapes of many fields: all that are kept have no more than one alone may have.
    private OperationPlan Keep(string key, OperationPlan plan)
    {
        if (_shapes.Count >= MostShapes)
        {
            return plan;
        }

        if (Interlocked.Add(ref _fieldsOfShapes, plan.FieldCount) <= limits.MaxFields && _shapes.TryAdd(key, plan))
        {
            return plan;
        }

        Interlocked.Add(ref _fieldsOfShapes, -plan.FieldCount);
        return _shapes.GetValueOrDefault(key, plan);
    }

    private PlanningResult Plan(RequestTrace? trace)
    {
        using var _ = trace?.Begin("plan");
        return OperationPlanner.Plan(schema, document, Definition, limits);
    }

    private GraphQLException NullCondition(string name, string directives) =>
        new(new GraphQLError($"Variable \"${name}\" decides about {directives} and must not be null.", ErrorCodes.BadUserInput)
        {
            Locations = [Definition.VariableDefinitions.First(variable => variable.Variable.Name.Value == name).Location],
        });
}
