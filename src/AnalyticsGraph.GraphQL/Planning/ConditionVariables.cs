using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>What decides about parts of an operation.</summary>
/// <param name="Inclusion">The variables of <c>@skip</c> and <c>@include</c>, in the order of their definition.</param>
/// <param name="Delivery">Those of <c>@defer(if:)</c> and <c>@stream(if:)</c>.</param>
/// <param name="MayDeliverInParts">Whether a <c>@defer</c> or <c>@stream</c> occurs that is not switched off for good.</param>
internal sealed record ConditionVariables(ImmutableArray<string> Inclusion, ImmutableArray<string> Delivery, bool MayDeliverInParts)
{
    /// <summary>Finds them in the operation and in the fragments it reaches.</summary>
    public static ConditionVariables Of(OperationDefinitionNode operation, IReadOnlyDictionary<string, FragmentDefinitionNode> fragments)
    {
        var inclusion = new HashSet<string>(StringComparer.Ordinal);
        var delivery = new HashSet<string>(StringComparer.Ordinal);
        var inParts = false;
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<SelectionSetNode>([operation.SelectionSet]);
        while (open.TryPop(out var set))
        {
            foreach (var selection in set.Selections)
            {
                foreach (var directive in selection.Directives)
                {
                    var isDelivery = directive.Name.Value is "defer" or "stream";
                    inParts |= isDelivery && DeliveryCondition.IsPossible(directive);
                    if ((isDelivery || directive.Name.Value is "skip" or "include") && directive.Arguments.ValueOf("if") is VariableNode variable)
                    {
                        (isDelivery ? delivery : inclusion).Add(variable.Name.Value);
                    }
                }

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

        return new ConditionVariables(InOrder(inclusion), InOrder(delivery), inParts);

        ImmutableArray<string> InOrder(HashSet<string> found) =>
            [.. operation.VariableDefinitions.Select(definition => definition.Variable.Name.Value).Where(found.Contains)];
    }
}
