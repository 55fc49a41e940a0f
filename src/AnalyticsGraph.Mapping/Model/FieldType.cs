using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>A field's type as the SDL writes it, one list level deep.</summary>
/// <param name="Name">The named type.</param>
/// <param name="IsList">Whether it is a list of it.</param>
/// <param name="IsNonNull">Whether the outermost type is non-null.</param>
/// <param name="IsItemNonNull">Whether a list's items are non-null.</param>
public sealed record FieldType(string Name, bool IsList, bool IsNonNull, bool IsItemNonNull)
{
    /// <summary>Reads a type reference.</summary>
    /// <param name="node">The reference; lists within lists are read as their outermost list.</param>
    internal static FieldType From(TypeNode node)
    {
        var isNonNull = node is NonNullTypeNode;
        node = node is NonNullTypeNode outer ? outer.Type : node;
        if (node is not ListTypeNode list)
        {
            return new FieldType(((NamedTypeNode)node).Name.Value, false, isNonNull, false);
        }

        var item = list.Type;
        var isItemNonNull = item is NonNullTypeNode;
        while (item is not NamedTypeNode)
        {
            item = item is NonNullTypeNode nonNull ? nonNull.Type : ((ListTypeNode)item).Type;
        }

        return new FieldType(((NamedTypeNode)item).Name.Value, true, isNonNull, isItemNonNull);
    }

    /// <inheritdoc />
    public override string ToString() => (IsList ? $"[{Name}{(IsItemNonNull ? "!" : "")}]" : Name) + (IsNonNull ? "!" : "");
}
