namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>How much one operation may cost, by the static analysis that runs before it: <see cref="OperationCost"/> says what the numbers mean.</summary>
public sealed record CostOptions
{
    /// <summary>The greatest field cost. With default weights: how many objects are resolved.</summary>
    public double MaxFieldCost { get; init; } = 10_000_000;

    /// <summary>The greatest type cost. With default weights: how many objects the response holds.</summary>
    public double MaxTypeCost { get; init; } = 10_000_000;

    /// <summary>How many items a list is assumed to have that no <c>@listSize</c> tells of.</summary>
    public int DefaultListSize { get; init; } = 10;
}
