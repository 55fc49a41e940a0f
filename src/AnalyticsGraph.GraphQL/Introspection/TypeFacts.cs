using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Introspection;

/// <summary>What introspection says of a type.</summary>
internal static class TypeFacts
{
    /// <summary>The value of <c>__TypeKind</c>.</summary>
    public static string Kind(GraphQLType type) => type switch
    {
        ScalarType => "SCALAR",
        ObjectType => "OBJECT",
        InterfaceType => "INTERFACE",
        UnionType => "UNION",
        EnumType => "ENUM",
        InputObjectType => "INPUT_OBJECT",
        ListType => "LIST",
        _ => "NON_NULL",
    };

    /// <summary>The type that a list or non-null wraps; null for a named one.</summary>
    public static GraphQLType? OfType(GraphQLType type) => type switch
    {
        ListType list => list.ItemType,
        NonNullType nonNull => nonNull.OfType,
        _ => null,
    };

    /// <summary>A default value as GraphQL text.</summary>
    public static string DefaultText(ValueNode literal) => Printer.Print(literal);
}
