using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Which functions there are for which kind of field, and what they are called.</summary>
internal static class AggregateFunctions
{
    private static readonly ImmutableArray<AggregateFunction> Values = [AggregateFunction.Count, AggregateFunction.Distinct];
    private static readonly ImmutableArray<AggregateFunction> Ordered = [.. Values, AggregateFunction.Min, AggregateFunction.Max];
    private static readonly ImmutableArray<AggregateFunction> Integers = [.. Values, AggregateFunction.Sum, AggregateFunction.Avg, AggregateFunction.Min, AggregateFunction.Max];

    public static ImmutableArray<AggregateFunction> Of(ScalarKind kind) => kind switch
    {
        ScalarKind.Int or ScalarKind.Long => Integers,
        ScalarKind.Double => [.. Integers, AggregateFunction.NanCount],
        ScalarKind.Id or ScalarKind.Boolean => Values,
        _ => Ordered,
    };

    /// <summary>The field of the graph.</summary>
    public static string NameOf(AggregateFunction function) => function switch
    {
        AggregateFunction.Count => "count",
        AggregateFunction.Distinct => "distinct",
        AggregateFunction.NanCount => "nanCount",
        AggregateFunction.Sum => "sum",
        AggregateFunction.Avg => "avg",
        AggregateFunction.Min => "min",
        _ => "max",
    };

    public static AggregateFunction Parse(string name) => Enum.Parse<AggregateFunction>(name, ignoreCase: true);

    /// <summary>The type and kind of what a function yields for a field.</summary>
    public static (FieldType Type, ScalarKind Kind) ResultOf(AggregateFunction function, FieldType type, ScalarKind kind) => function switch
    {
        AggregateFunction.Count or AggregateFunction.Distinct or AggregateFunction.NanCount => (Leaf("Long"), ScalarKind.Long),
        AggregateFunction.Avg => (Leaf("Double"), ScalarKind.Double),
        AggregateFunction.Sum when kind == ScalarKind.Int => (Leaf("Long"), ScalarKind.Long),
        _ => (Leaf(type.Name), kind),
    };

    /// <summary>Whether the function always yields a number.</summary>
    public static bool IsCount(AggregateFunction function) => function is AggregateFunction.Count or AggregateFunction.Distinct or AggregateFunction.NanCount;

    private static FieldType Leaf(string name) => new(name, false, false, false);
}
