using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A list whose items are delivered one part after another: an active <c>@stream</c>.</summary>
public sealed class StreamUsage
{
    private readonly ValueNode? _initialCount;
    private readonly DirectiveNode _directive;

    internal StreamUsage(DirectiveNode directive)
    {
        _directive = directive;
        _initialCount = directive.Arguments.ValueOf("initialCount");
        Label = (directive.Arguments.ValueOf("label") as StringValueNode)?.Value;
    }

    /// <summary>The directive's label, or null.</summary>
    public string? Label { get; }

    /// <summary>How many items come with the list itself.</summary>
    /// <param name="variables">The request's coerced variables.</param>
    /// <exception cref="GraphQLException">It is null or negative.</exception>
    internal int InitialCount(IReadOnlyDictionary<string, object?> variables) => TryGetInitialCount(variables, out var count)
        ? count
        : throw new GraphQLException(new GraphQLError("Argument \"@stream(initialCount:)\" must be a whole number from 0.", ErrorCodes.BadUserInput) { Locations = [_directive.Location] });

    internal bool TryGetInitialCount(IReadOnlyDictionary<string, object?> variables, out int count)
    {
        object? value = 0;
        switch (_initialCount)
        {
            case IntValueNode literal:
                value = int.Parse(literal.Value, System.Globalization.CultureInfo.InvariantCulture);
                break;
            case VariableNode variable when variables.TryGetValue(variable.Name.Value, out var coerced):
                value = coerced;
                break;
        }

        count = value is int given ? given : -1;
        return count >= 0;
    }
}
