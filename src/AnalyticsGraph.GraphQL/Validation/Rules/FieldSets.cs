using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>The gathered selection sets of a document, each gathered once for each type it is selected on.</summary>
internal sealed class FieldSets(ValidationContext context)
{
    private readonly Dictionary<(GraphQLType? Parent, SelectionSetNode Set), FieldSet> _sets = [];

    public FieldSet Of(GraphQLType? parentType, SelectionSetNode selectionSet)
    {
        if (!_sets.TryGetValue((parentType, selectionSet), out var set))
        {
            _sets.Add((parentType, selectionSet), set = new FieldSet(context, parentType, selectionSet, _sets.Count));
        }

        return set;
    }

    public FieldSet Of(FragmentFacts fragment) => Of(fragment.Type, fragment.SelectionSet);

    /// <summary>The selection set of a field that has one.</summary>
    public FieldSet InnerOf(SelectedField field) => field.Inner ??= Of(field.Type?.Named, field.Node.SelectionSet!);
}
