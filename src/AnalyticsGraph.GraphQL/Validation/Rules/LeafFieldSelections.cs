using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.3.3: leaves have no selection, everything else has one.</summary>
internal static class LeafFieldSelections
{
    public static void Check(ValidationContext context, FieldNode field, GraphQLType type)
    {
        var name = field.Name.Value;
        if (!type.IsLeaf)
        {
            if (field.SelectionSet is null)
            {
                context.Report(
                    SpecSection.LeafFieldSelections,
                    $"Field \"{name}\" of type \"{type}\" must have a selection of subfields. Did you mean \"{name} {{ ... }}\"?",
                    field);
            }
        }
        else if (field.SelectionSet is not null)
        {
            context.Report(
                SpecSection.LeafFieldSelections,
                $"Field \"{name}\" must not have a selection since type \"{type}\" has no subfields.",
                field.SelectionSet);
        }
    }
}
