using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>A selection set as merging sees it: its fields, those of inline fragments included, and the fragments it spreads, each once.</summary>
internal sealed class FieldSet
{
    /// <summary>Gathers the fields.</summary>
    public FieldSet(ValidationContext context, GraphQLType? parentType, SelectionSetNode selectionSet, int index)
    {
        Index = index;
        Collect(context, parentType, selectionSet, context.NewRound());
    }

    /// <summary>Its place among the document's gathered sets, from 0.</summary>
    public int Index { get; }

    /// <summary>Whether nothing in it, or below it where fields are merged, conflicts.</summary>
    public bool IsProven { get; set; }

    public List<SelectedField> Fields { get; } = [];

    public List<FragmentFacts> Fragments { get; } = [];

    /// <summary>The fields by response name, in the order of the text.</summary>
    public OrderedDictionary<string, List<SelectedField>> ByResponseName => field ??= Group(Fields);

    private static OrderedDictionary<string, List<SelectedField>> Group(List<SelectedField> fields)
    {
        var groups = new OrderedDictionary<string, List<SelectedField>>(StringComparer.Ordinal);
        foreach (var one in fields)
        {
            if (!groups.TryGetValue(one.Node.ResponseName, out var group))
            {
                groups.Add(one.Node.ResponseName, group = []);
            }

            group.Add(one);
        }

        return groups;
    }

    private void Collect(ValidationContext context, GraphQLType? parentType, SelectionSetNode selectionSet, int round)
    {
        foreach (var selection in selectionSet.Selections)
        {
            switch (selection)
            {
                case FieldNode field:
                    Fields.Add(new SelectedField(parentType, field));
                    break;
                case InlineFragmentNode inline:
                    Collect(context, inline.TypeCondition is null ? parentType : TypeReference.Resolve(context.Schema, inline.TypeCondition), inline.SelectionSet, round);
                    break;
                case FragmentSpreadNode spread:
                    if (context.Fragment(spread.Name.Value) is { } fragment && fragment.Visit(round))
                    {
                        Fragments.Add(fragment);
                    }

                    break;
            }
        }
    }
}
