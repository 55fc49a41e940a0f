namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>How documents are validated. Documents come from anybody: every limit holds before the work it bounds is done.</summary>
public sealed record ValidationOptions
{
    /// <summary>What holds when nothing is said: 100 errors, suggestions, 500,000 steps.</summary>
    public static ValidationOptions Default { get; } = new();

    /// <summary>How many errors are told; one more says that there were too many.</summary>
    public int MaxErrors { get; init; } = 100;

    /// <summary>Whether messages may name what the schema has ("Did you mean"). Turn off where the schema itself is a secret.</summary>
    public bool Suggest { get; init; } = true;

    /// <summary>Whether <c>__schema</c> and <c>__type</c> may be asked. Turn off, with <see cref="Suggest"/>, where the schema itself is a secret.</summary>
    public bool AllowIntrospection { get; init; } = true;

    /// <summary>
    /// How many comparisons of fields and visits of fragments one document may cost beyond a single walk over it. A document of ordinary make needs a few dozen; one that needs more
    /// than this is refused with <see cref="Errors.ErrorCodes.LimitExceeded"/>.
    /// </summary>
    public int MaxSteps { get; init; } = 500_000;
}
