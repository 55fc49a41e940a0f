using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>A field of a selection set with what merging looks at.</summary>
/// <param name="ParentType">The type it is selected on; null if unknown.</param>
/// <param name="Node">The field.</param>
/// <param name="Definition">Its definition; null if unknown or a meta field.</param>
internal sealed record SelectedField(GraphQLType? ParentType, FieldNode Node, FieldDefinition? Definition)
{
    /// <summary>The fields of its selection set, once they were asked for.</summary>
    public FieldSet? Inner { get; set; }

    /// <summary>Its <c>@stream</c>, or null.</summary>
    public DirectiveNode? Stream { get; } = Node.Directives.IsEmpty ? null : FindStream(Node);

    private static DirectiveNode? FindStream(FieldNode node)
    {
        foreach (var directive in node.Directives)
        {
            if (directive.Name.Value == "stream")
            {
                return directive;
            }
        }

        return null;
    }
}

/// <summary>A selection set as merging sees it: its fields by response name, those of inline fragments included, and the fragments it spreads, each once.</summary>
internal sealed class FieldSet
{
    private readonly OrderedDictionary<string, List<SelectedField>> _groups = new(StringComparer.Ordinal);

    /// <summary>Gathers the fields.</summary>
    public FieldSet(ValidationContext context, GraphQLType? parentType, SelectionSetNode selectionSet, int index)
    {
        Index = index;
        Collect(context, parentType, selectionSet);
    }

    /// <summary>Its place among the document's gathered sets, from 0.</summary>
    public int Index { get; }

    public int GroupCount => _groups.Count;

    public List<FragmentFacts> Fragments { get; } = [];

    public (string ResponseName, List<SelectedField> Fields) Group(int index)
    {
        var pair = _groups.GetAt(index);
        return (pair.Key, pair.Value);
    }

    public List<SelectedField>? Find(string responseName) => _groups.GetValueOrDefault(responseName);

    private void Collect(ValidationContext context, GraphQLType? parentType, SelectionSetNode selectionSet)
    {
        foreach (var selection in selectionSet.Selections)
        {
            switch (selection)
            {
                case FieldNode field:
                    if (!_groups.TryGetValue(field.ResponseName, out var group))
                    {
                        _groups.Add(field.ResponseName, group = []);
                    }

                    group.Add(new SelectedField(parentType, field, (parentType as ComplexType)?.Fields.GetValueOrDefault(field.Name.Value)));
                    break;
                case InlineFragmentNode inline:
                    var type = inline.TypeCondition is null ? parentType : TypeReference.Resolve(context.Schema, inline.TypeCondition);
                    Collect(context, type, inline.SelectionSet);
                    break;
                case FragmentSpreadNode spread:
                    if (context.Fragment(spread.Name.Value) is { } fragment && !Fragments.Contains(fragment))
                    {
                        context.Spend(Fragments.Count);
                        Fragments.Add(fragment);
                    }

                    break;
            }
        }
    }
}
