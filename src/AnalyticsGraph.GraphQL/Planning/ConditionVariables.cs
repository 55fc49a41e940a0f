using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Finds the variables that decide about parts of an operation.</summary>
internal static class ConditionVariables
{
    /// <summary>The operation's variables that stand in <c>@skip</c> and <c>@include</c> of it or of fragments it reaches, in the order of their definition.</summary>
    public static ImmutableArray<string> Of(OperationDefinitionNode operation, IReadOnlyDictionary<string, FragmentDefinitionNode> fragments)
    {
        if (operation.VariableDefinitions.IsEmpty)
        {
            return [];
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<SelectionSetNode>([operation.SelectionSet]);
        while (open.TryPop(out var set))
        {
            foreach (var selection in set.Selections)
            {
                Add(selection.Directives, found);
                switch (selection)
                {
                    case FieldNode { SelectionSet: { } inner }: open.Push(inner); break;
                    case InlineFragmentNode inline: open.Push(inline.SelectionSet); break;
                    case FragmentSpreadNode spread when reached.Add(spread.Name.Value) && fragments.TryGetValue(spread.Name.Value, out var fragment):
                        open.Push(fragment.SelectionSet);
                        break;
                }
            }
        }

        return [.. operation.VariableDefinitions.Select(definition => definition.Variable.Name.Value).Where(found.Contains)];
    }

    private static void Add(ImmutableArray<DirectiveNode> directives, HashSet<string> found)
    {
        foreach (var directive in directives)
        {
            if (directive.Name.Value is "skip" or "include" && directive.Arguments.ValueOf("if") is VariableNode variable)
            {
                found.Add(variable.Name.Value);
            }
        }
    }
}
