using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What a step knows while it runs.</summary>
/// <param name="Request">The request.</param>
/// <param name="Field">The planned field.</param>
/// <param name="Arguments">Its coerced arguments.</param>
public sealed record StepContext(RequestContext Request, PlannedField Field, ArgumentValues Arguments)
{
    /// <summary>The request's token.</summary>
    public CancellationToken CancellationToken => Request.CancellationToken;

    /// <summary>Whether a planned field of the subtree is included for this request's variables (<c>@skip</c>, <c>@include</c>).</summary>
    /// <param name="field">A field of the same plan.</param>
    public bool Includes(PlannedField field) => field.Inclusion.IsMet(Request.Variables);
}
