namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>How much of itself a request reports. Whether the caller may know it is the transport's care.</summary>
public enum ProfileDetail
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>How long the phases took: <see cref="Execution.ExecutionResult.Timings"/>.</summary>
    Timings,

    /// <summary>That, and <c>extensions.profile</c>: steps and what they asked of the stores, with the statements' texts.</summary>
    Full,
}
