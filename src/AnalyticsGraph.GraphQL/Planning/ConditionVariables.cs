using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Finds the variables that decide about parts of an operation.</summary>
internal static class ConditionVariables
{
    /// <summary>The operation's variables that stand in <c>@skip</c> and <c>@include</c> of it or of the document's fragments, in the order of their definition.</summary>
    public static ImmutableArray<string> Of(OperationDefinitionNode operation, IEnumerable<FragmentDefinitionNode> fragments)
    {
        if (operation.VariableDefinitions.IsEmpty)
        {
            return [];
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        Find(operation.SelectionSet, found);
        foreach (var fragment in fragments)
        {
            Find(fragment.SelectionSet, found);
        }

        return [.. operation.VariableDefinitions.Select(definition => definition.Variable.Name.Value).Where(found.Contains)];
    }

    // The parser bounds how deep selection sets nest.
    private static void Find(SelectionSetNode set, HashSet<string> found)
    {
        foreach (var selection in set.Selections)
        {
            foreach (var directive in selection.Directives)
            {
                if (directive.Name.Value is "skip" or "include")
                {
                    found.UnionWith(directive.Arguments.Select(argument => argument.Value).OfType<VariableNode>().Select(variable => variable.Name.Value));
                }
            }

            if (selection is FieldNode { SelectionSet: { } inner })
            {
                Find(inner, found);
            }
            else if (selection is InlineFragmentNode inline)
            {
                Find(inline.SelectionSet, found);
            }
        }
    }
}
