using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Holds steps to their promise: a column that does not fit its field is a fault of the program, told as such and not written as a wrong response.</summary>
internal static class ColumnCheck
{
    /// <summary>Whether a column has the shape of a type.</summary>
    public static bool Fits(Column column, GraphQLType type)
    {
        var nullable = type.Nullable;
        return column switch
        {
            NullColumn => true,
            OpenListColumn => nullable is ListType,
            ListColumn list => nullable is ListType listType && Fits(list.Items, listType.ItemType),
            LeafColumn => nullable is ScalarType or EnumType,
            ObjectColumn => nullable is ObjectType or InterfaceType or UnionType,
            AbstractColumn => nullable is InterfaceType or UnionType,
            _ => false,
        };
    }

    /// <summary>Whether rows need more than their value written: errors, lists, objects, nulls where none may be.</summary>
    public static SlotKind Classify(Column column, GraphQLType type)
    {
        if (column is not LeafColumn || column.Errors is not null)
        {
            return SlotKind.General;
        }

        if (!column.MayHaveNulls)
        {
            return SlotKind.Leaf;
        }

        return type is NonNullType ? SlotKind.General : SlotKind.NullableLeaf;
    }
}
