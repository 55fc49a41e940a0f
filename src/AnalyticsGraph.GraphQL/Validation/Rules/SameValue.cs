using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Whether literals and arguments are the same as written; the order of names does not matter.</summary>
internal static class SameValue
{
    public static bool Of(ImmutableArray<ArgumentNode> a, ImmutableArray<ArgumentNode> b, ValidationContext context)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        foreach (var argument in a)
        {
            if (Find(b, argument.Name.Value, context) is not { } other || !Of(argument.Value, other, context))
            {
                return false;
            }
        }

        return true;
    }

    private static ValueNode? Find(ImmutableArray<ArgumentNode> arguments, string name, ValidationContext context)
    {
        for (var i = arguments.Length - 1; i >= 0 && context.Spend(1); i--)
        {
            if (arguments[i].Name.Value == name)
            {
                return arguments[i].Value;
            }
        }

        return null;
    }

    private static bool Of(ValueNode a, ValueNode b, ValidationContext context)
    {
        if (!context.Spend(1))
        {
            return true;
        }

        return (a, b) switch
        {
            (VariableNode x, VariableNode y) => x.Name.Value == y.Name.Value,
            (IntValueNode x, IntValueNode y) => x.Value == y.Value,
            (FloatValueNode x, FloatValueNode y) => x.Value == y.Value,
            (StringValueNode x, StringValueNode y) => x.Value == y.Value && x.Block == y.Block,
            (BooleanValueNode x, BooleanValueNode y) => x.Value == y.Value,
            (EnumValueNode x, EnumValueNode y) => x.Value == y.Value,
            (NullValueNode, NullValueNode) => true,
            (ListValueNode x, ListValueNode y) => OfLists(x.Values, y.Values, context),
            (ObjectValueNode x, ObjectValueNode y) => OfObjects(x.Fields, y.Fields, context),
            _ => false,
        };
    }

    private static bool OfLists(ImmutableArray<ValueNode> a, ImmutableArray<ValueNode> b, ValidationContext context)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        for (var i = 0; i < a.Length; i++)
        {
            if (!Of(a[i], b[i], context))
            {
                return false;
            }
        }

        return true;
    }

    private static bool OfObjects(ImmutableArray<ObjectFieldNode> a, ImmutableArray<ObjectFieldNode> b, ValidationContext context)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        var first = a.Sort(static (x, y) => string.CompareOrdinal(x.Name.Value, y.Name.Value));
        var second = b.Sort(static (x, y) => string.CompareOrdinal(x.Name.Value, y.Name.Value));
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i].Name.Value != second[i].Name.Value || !Of(first[i].Value, second[i].Value, context))
            {
                return false;
            }
        }

        return true;
    }
}
