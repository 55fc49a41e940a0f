using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>How <c>if</c> of <c>@defer</c> and <c>@stream</c> is read: true unless something says otherwise.</summary>
internal static class DeliveryCondition
{
    /// <summary>Whether the directive may be active for some variables.</summary>
    public static bool IsPossible(DirectiveNode directive) => directive.Arguments.ValueOf("if") is not BooleanValueNode { Value: false };

    /// <summary>Whether the directive is active.</summary>
    public static bool IsMet(DirectiveNode directive, IReadOnlyDictionary<string, object?> variables) => directive.Arguments.ValueOf("if") switch
    {
        BooleanValueNode literal => literal.Value,
        VariableNode variable => !variables.TryGetValue(variable.Name.Value, out var given) || given is true,
        _ => true,
    };
}
