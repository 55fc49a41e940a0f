using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The arguments of one request's fields, each evaluated when it is first asked for: by the cost analysis, mostly.</summary>
/// <param name="plan">The operation.</param>
/// <param name="variables">The request's coerced variables.</param>
internal sealed class RequestArguments(OperationPlan plan, IReadOnlyDictionary<string, object?> variables)
{
    private readonly ArgumentValues?[] _values = plan.VaryingArguments == 0 ? [] : new ArgumentValues?[plan.VaryingArguments];

    /// <summary>A field's arguments.</summary>
    /// <exception cref="Errors.GraphQLException">A variable left out or null where the argument needs a value.</exception>
    public ArgumentValues Of(PlannedField field) => field.Arguments.Constant ?? (_values[field.ArgumentsIndex] ??= field.Arguments.Evaluate(variables));
}
