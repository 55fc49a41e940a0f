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

    /// <summary>Whether a field is delivered after the object that it is selected on.</summary>
    /// <param name="field">A field of the subtree.</param>
    /// <param name="selections">What is selected on the object.</param>
    public static bool IsDeferred(PlannedField field, PlannedSelectionSet selections)
    {
        ArgumentNullException.ThrowIfNull(selections);
        return !selections.Immediate.Contains(field);
    }

    /// <summary>
    /// Begins the fields selected on the objects that this step is about to yield, as far as they need no more than their keys (<see cref="FieldStep.NeedsKeysAlone"/>), so that their questions
    /// share this level's round trip. To be called once this step's own question is registered, before it is awaited.
    /// </summary>
    /// <param name="expected">The objects as far as they are known: of the same type, number and order as those to come.</param>
    /// <returns>What to give to the batch that is yielded if all of the objects exist (<see cref="ObjectBatch.Foreseen"/>); null if nothing was begun.</returns>
    public ForeseenFields? Foresee(ObjectBatch expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        return ForeseenFields.Begin(Request, Field.SelectionsFor(expected.Type), expected);
    }

    /// <summary>
    /// Whether a field's items are delivered one part after another, beginning with the object that the list stands in: then the field may yield an <see cref="OpenListColumn"/>. That of a
    /// field deferred within its object may not, since lists of one feed begin together.
    /// </summary>
    /// <param name="field">This field or one of its subtree.</param>
    /// <param name="selections">What is selected on the object; null for this field itself.</param>
    /// <param name="initialCount">How many items come with the list.</param>
    public bool IsStreamed(PlannedField field, PlannedSelectionSet? selections, out int initialCount)
    {
        initialCount = 0;
        return field.Stream is { } usage && selections?.Immediate.Contains(field) != false && usage.TryGetInitialCount(Request.Variables, out initialCount);
    }
}
