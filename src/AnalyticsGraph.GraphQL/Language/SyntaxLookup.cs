using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Finds parts of nodes by name.</summary>
internal static class SyntaxLookup
{
    /// <summary>The first application of a directive, or null.</summary>
    public static DirectiveNode? Find(this ImmutableArray<DirectiveNode> directives, string name)
    {
        foreach (var directive in directives)
        {
            if (directive.Name.Value == name)
            {
                return directive;
            }
        }

        return null;
    }

    /// <summary>The value of the first argument of that name, or null if there is none.</summary>
    public static ValueNode? ValueOf(this ImmutableArray<ArgumentNode> arguments, string name)
    {
        foreach (var argument in arguments)
        {
            if (argument.Name.Value == name)
            {
                return argument.Value;
            }
        }

        return null;
    }
}
