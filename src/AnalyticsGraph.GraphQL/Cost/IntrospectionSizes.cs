using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>How long the lists of introspection are, which have no <c>@listSize</c>: as long as what the schema has.</summary>
internal static class IntrospectionSizes
{
    /// <summary>
    /// The sizes by type and field. What a type or a field has counts as it is on average where there is any: a document that asks for it asks it of all types, or of so few that it does not matter.
    /// </summary>
    /// <param name="schema">The schema.</param>
    public static Dictionary<string, int> Of(Schema schema)
    {
        var types = schema.Types.Values;
        var complex = types.OfType<ComplexType>().ToList();
        return new(StringComparer.Ordinal)
        {
            ["__Schema.types"] = schema.Types.Count,
            ["__Schema.directives"] = schema.Directives.Count,
            ["__Type.fields"] = Average(complex.Select(type => type.Fields.Count)),
            ["__Type.interfaces"] = Average(complex.Select(type => type.Interfaces.Length)),
            ["__Type.possibleTypes"] = Average(types.Where(type => type is InterfaceType or UnionType).Select(type => schema.GetPossibleTypes(type).Length)),
            ["__Type.enumValues"] = Average(types.OfType<EnumType>().Select(type => type.Values.Count)),
            ["__Type.inputFields"] = Average(types.OfType<InputObjectType>().Select(type => type.Fields.Count)),
            ["__Field.args"] = Average(complex.SelectMany(type => type.Fields.Values).Select(field => field.Arguments.Count)),
            ["__Directive.args"] = Average(schema.Directives.Values.Select(directive => directive.Arguments.Count)),
        };
    }

    private static int Average(IEnumerable<int> lengths) => (int)Math.Ceiling(lengths.Where(length => length > 0).DefaultIfEmpty().Average());
}
