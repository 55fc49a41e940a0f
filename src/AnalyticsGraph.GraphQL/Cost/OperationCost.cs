namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>What an operation may cost at most, by the GraphQL Cost Directives specification: from the document, the variables and the schema's <c>@cost</c> and <c>@listSize</c> alone.</summary>
/// <param name="FieldCost">The weights of all fields, each as often as it may be resolved, with those of their arguments. By default a field of objects weighs 1, one of scalars 0, an input object 1.</param>
/// <param name="TypeCost">The weights of the types of all values that may be returned, the root object included. By default an object weighs 1, a scalar 0.</param>
public readonly record struct OperationCost(double FieldCost, double TypeCost)
{
    /// <summary>The sum.</summary>
    public static OperationCost operator +(OperationCost left, OperationCost right) => new(left.FieldCost + right.FieldCost, left.TypeCost + right.TypeCost);

    /// <summary>As often as a list has items.</summary>
    public static OperationCost operator *(OperationCost cost, double count) => new(cost.FieldCost * count, cost.TypeCost * count);

    /// <summary>The greater one of both numbers.</summary>
    internal static OperationCost Max(OperationCost left, OperationCost right) =>
        new(Math.Max(left.FieldCost, right.FieldCost), Math.Max(left.TypeCost, right.TypeCost));
}
