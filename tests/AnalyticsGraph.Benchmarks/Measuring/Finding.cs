namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>What a comparison came to.</summary>
/// <param name="Name">What was asked.</param>
/// <param name="Measure">What was measured.</param>
/// <param name="Ratio">GraphQL's over the other's, over the rounds.</param>
/// <param name="GraphQL">The median of GraphQL for one request.</param>
/// <param name="Other">The median of what it is compared with.</param>
/// <param name="Remarks">Allocations, sizes.</param>
internal sealed record Finding(string Name, string Measure, Spread Ratio, string GraphQL, string Other, string Remarks);
