using System.Collections.Frozen;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Section 3.13: the names of the places where directives can stand.</summary>
public static class DirectiveLocations
{
    /// <summary>The places in executable documents, in the order of the specification.</summary>
    public static IReadOnlyList<string> Executable { get; } =
        ["QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION"];

    /// <summary>The places in type system documents, in the order of the specification.</summary>
    public static IReadOnlyList<string> TypeSystem { get; } =
    [
        "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION",
    ];

    /// <summary>All of them.</summary>
    public static FrozenSet<string> All { get; } = Executable.Concat(TypeSystem).ToFrozenSet();
}
