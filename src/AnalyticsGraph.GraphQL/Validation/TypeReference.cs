using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>Section 2.11: from a type as written in a document to the schema's type.</summary>
internal static class TypeReference
{
    /// <summary>The type, or null when the schema has none of that name.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="node">The type as written.</param>
    public static GraphQLType? Resolve(Schema schema, TypeNode node) => node switch
    {
        NamedTypeNode named => schema.Types.GetValueOrDefault(named.Name.Value),
        ListTypeNode list => Resolve(schema, list.Type) is { } item ? new ListType(item) : null,
        NonNullTypeNode nonNull => Resolve(schema, nonNull.Type) is { } inner ? new NonNullType(inner) : null,
        _ => null,
    };
}
