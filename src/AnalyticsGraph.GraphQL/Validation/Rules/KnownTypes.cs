using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Sections 5.5.1.2, 5.5.1.3 and 5.8.2: named types exist, fragments are on composite types, variables of input types.</summary>
internal static class KnownTypes
{
    public static void CheckExists(ValidationContext context, TypeNode reference, SpecSection section)
    {
        while (reference is not NamedTypeNode)
        {
            reference = reference is ListTypeNode list ? list.Type : ((NonNullTypeNode)reference).Type;
        }

        var name = ((NamedTypeNode)reference).Name.Value;
        if (!context.Schema.Types.ContainsKey(name) && !context.IsTypeInDocument(name))
        {
            context.Report(section, $"Unknown type \"{name}\".{context.DidYouMean(name, context.TypeNames)}", reference);
        }
    }

    public static void CheckComposite(ValidationContext context, NamedTypeNode condition, GraphQLType? type, NameNode? fragment)
    {
        if (type is not (null or ComplexType or UnionType))
        {
            var subject = fragment is null ? "Fragment" : $"Fragment \"{fragment.Value}\"";
            context.Report(SpecSection.FragmentsOnCompositeTypes, $"{subject} cannot condition on non composite type \"{condition}\".", condition);
        }
    }

    public static void CheckInput(ValidationContext context, VariableDefinitionNode definition, GraphQLType? type)
    {
        if (type is { IsInputType: false })
        {
            context.Report(
                SpecSection.VariablesAreInputTypes,
                $"Variable \"${definition.Variable.Name.Value}\" cannot be non-input type \"{definition.Type}\".",
                definition.Type);
        }
    }
}
