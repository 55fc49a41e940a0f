using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.5.2.3: some object can be of both the enclosing type and the fragment's.</summary>
internal static class PossibleSpreads
{
    public static void Check(ValidationContext context, SelectionNode spread, NamedType? fragmentType, NamedType? parentType, string? fragment)
    {
        if (fragmentType is ComplexType or UnionType && parentType is not null && !Overlap(context.Schema, fragmentType, parentType))
        {
            var subject = fragment is null ? "Fragment" : $"Fragment \"{fragment}\"";
            context.Report(
                SpecSection.FragmentSpreadIsPossible,
                $"{subject} cannot be spread here as objects of type \"{parentType}\" can never be of type \"{fragmentType}\".",
                spread);
        }
    }

    private static bool Overlap(Schema schema, NamedType a, NamedType b)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }

        // An object type is the only one possible of its own.
        foreach (var possible in schema.GetPossibleTypes(a))
        {
            if (IsPossible(b, possible))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPossible(NamedType type, ObjectType candidate) => type switch
    {
        InterfaceType i => candidate.Interfaces.Contains(i),
        UnionType u => u.Types.Contains(candidate),
        _ => ReferenceEquals(type, candidate),
    };
}
