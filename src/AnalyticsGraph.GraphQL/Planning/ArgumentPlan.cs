using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Section 6.4.1: a field's arguments, coerced as far as a plan can: once and for all if no variable occurs, else per request.</summary>
public abstract class ArgumentPlan
{
    /// <summary>The values if no variable occurs in them; else null.</summary>
    public abstract ArgumentValues? Constant { get; }

    /// <summary>The values for a request.</summary>
    /// <param name="variables">Coerced variables.</param>
    /// <exception cref="Errors.GraphQLException">A variable left out or null where the argument needs a value.</exception>
    public abstract ArgumentValues Evaluate(IReadOnlyDictionary<string, object?> variables);
}
