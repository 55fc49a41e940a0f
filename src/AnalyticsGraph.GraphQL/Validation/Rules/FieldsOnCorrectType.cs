using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.3.1: a selected field is defined on the type it is selected on.</summary>
internal static class FieldsOnCorrectType
{
    public static void Report(ValidationContext context, FieldNode field, NamedType parentType)
    {
        var name = field.Name.Value;
        var hint = "";
        if (context.Options.Suggest)
        {
            hint = Suggestions.DidYouMean(TypesWithField(context.Schema, parentType, name), "to use an inline fragment on");
            if (hint.Length == 0 && parentType is ComplexType complex)
            {
                hint = Suggestions.DidYouMean(name, complex.Fields.Keys);
            }
        }

        context.Report(SpecSection.FieldSelections, $"Cannot query field \"{name}\" on type \"{parentType}\".{hint}", field);
    }

    /// <summary>Where the field does exist among the possible types and their interfaces: those that cover most possible types first.</summary>
    private static List<string> TypesWithField(Schema schema, NamedType type, string fieldName)
    {
        var found = new List<ComplexType>();
        var uses = new Dictionary<ComplexType, int>();
        if (type is InterfaceType or UnionType)
        {
            foreach (var possible in schema.GetPossibleTypes(type))
            {
                if (!possible.Fields.ContainsKey(fieldName))
                {
                    continue;
                }

                found.Add(possible);
                uses[possible] = 1;
                foreach (var implemented in possible.Interfaces)
                {
                    if (implemented.Fields.ContainsKey(fieldName))
                    {
                        if (!uses.TryGetValue(implemented, out var count))
                        {
                            found.Add(implemented);
                        }

                        uses[implemented] = count + 1;
                    }
                }
            }
        }

        // Not a total order, because an interface precedes its subtypes: an insertion sort gives the same answer everywhere.
        for (var i = 1; i < found.Count; i++)
        {
            for (var j = i; j > 0 && Compare(found[j - 1], found[j], uses) > 0; j--)
            {
                (found[j - 1], found[j]) = (found[j], found[j - 1]);
            }
        }

        return found.ConvertAll(static t => t.Name);
    }

    private static int Compare(ComplexType a, ComplexType b, Dictionary<ComplexType, int> uses)
    {
        if (uses[a] != uses[b])
        {
            return uses[b] - uses[a];
        }

        if (a is InterfaceType first && b.Interfaces.Contains(first))
        {
            return -1;
        }

        return b is InterfaceType second && a.Interfaces.Contains(second) ? 1 : NaturalOrder.Compare(a.Name, b.Name);
    }
}
