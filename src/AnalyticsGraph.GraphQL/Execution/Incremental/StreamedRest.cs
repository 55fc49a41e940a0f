using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The items of one list that did not come with it.</summary>
internal sealed class StreamedRest(PlannedField field, object[] path, ListColumn lists, int next, int end, int index) : DeliveredPart(field.Stream!.Label, path)
{
    public PlannedField Field { get; } = field;

    /// <summary>All lists of the field, this one among them.</summary>
    public ListColumn Lists { get; } = lists;

    /// <summary>The next item's row among the items of all lists.</summary>
    public int Next { get; set; } = next;

    /// <summary>Just past the last one.</summary>
    public int End { get; } = end;

    /// <summary>The next item's place in its list.</summary>
    public int Index { get; set; } = index;
}
