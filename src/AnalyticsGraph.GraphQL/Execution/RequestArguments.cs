using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The arguments of one request's fields, each evaluated when it is first asked for: by the cost analysis, mostly.</summary>
internal sealed class RequestArguments
{
    private static readonly RequestArguments Constant = new(0, new Dictionary<string, object?>());

    private readonly IReadOnlyDictionary<string, object?> _variables;
    private readonly ArgumentValues?[] _values;

    private RequestArguments(int count, IReadOnlyDictionary<string, object?> variables) => (_values, _variables) = (new ArgumentValues?[count], variables);

    /// <summary>The arguments of a request.</summary>
    /// <param name="plan">Its operation.</param>
    /// <param name="variables">Its coerced variables.</param>
    public static RequestArguments Of(OperationPlan plan, IReadOnlyDictionary<string, object?> variables) => plan.VaryingArguments == 0 ? Constant : new(plan.VaryingArguments, variables);

    /// <summary>A field's arguments.</summary>
    /// <exception cref="Errors.GraphQLException">A variable left out or null where the argument needs a value.</exception>
    public ArgumentValues Of(PlannedField field) => field.Arguments.Constant ?? (_values[field.ArgumentsIndex] ??= field.Arguments.Evaluate(_variables));
}
