namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>How long a phase of a request took.</summary>
/// <param name="Name"><c>parse</c>, <c>validate</c>, <c>plan</c>, <c>cost</c>, <c>execute</c>, <c>serialize</c>, or a store's name.</param>
/// <param name="Duration">How long, all of its times together.</param>
public readonly record struct PhaseTiming(string Name, TimeSpan Duration);
