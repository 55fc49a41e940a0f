using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Fields that were begun for objects whose rows are still read: their questions go with those of the level above. If it turns out that there is no such object, nobody looks at what they yield.</summary>
public sealed class ForeseenFields
{
    private readonly List<(PlannedField Field, Task<Column> Column)> _begun = [];

    private ForeseenFields()
    {
    }

    /// <summary>Begins those of the fields selected on an object that need no more of it than is known.</summary>
    /// <returns>Null if there is none.</returns>
    internal static ForeseenFields? Begin(RequestContext request, PlannedSelectionSet? selections, ObjectBatch expected)
    {
        ForeseenFields? fields = null;
        foreach (var field in selections?.Immediate ?? [])
        {
            if (field is { Step.NeedsKeysAlone: true, Stream: null } && field.Inclusion.IsMet(request.Variables))
            {
                (fields ??= new ForeseenFields())._begun.Add((field, RunAsync(field, expected, request)));
            }
        }

        return fields;
    }

    /// <summary>What a field yields, if it was begun.</summary>
    internal Task<Column>? Find(PlannedField field)
    {
        foreach (var begun in _begun)
        {
            if (ReferenceEquals(begun.Field, field))
            {
                return begun.Column;
            }
        }

        return null;
    }

    // Whatever it throws is told where the object's fields are run.
    private static async Task<Column> RunAsync(PlannedField field, ObjectBatch expected, RequestContext request) => await field.RunAsync(expected, request).ConfigureAwait(false);
}
