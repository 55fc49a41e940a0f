using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The items of one list that did not come with it.</summary>
internal sealed class StreamedRest(PlannedField field, object[] path, ListColumn lists, int next, int end, int index) : DeliveredPart(field.Stream!.Label, path)
{
    public PlannedField Field { get; } = field;

    /// <summary>All lists of the field, this one among them; of an open list its current chunk.</summary>
    public ListColumn Lists { get; private set; } = lists;

    /// <summary>Where more items come from; null if all are here.</summary>
    public OpenListColumn? Open { get; init; }

    /// <summary>The next item's row among the items of all lists.</summary>
    public int Next { get; set; } = next;

    /// <summary>Just past the last one.</summary>
    public int End { get; private set; } = end;

    /// <summary>Whether all items that are here were delivered.</summary>
    public bool IsDrained => Next == End;

    /// <summary>Whether there will be no more.</summary>
    public bool IsAtEnd => IsDrained && Open is not { Feed.IsComplete: false };

    /// <summary>The next item's place in its list.</summary>
    public int Index { get; set; } = index;

    /// <summary>Goes on with the feed's next chunk.</summary>
    public void TakeChunk()
    {
        Lists = Open!.Chunk();
        (Next, End) = (0, Lists.Offsets[^1]);
    }
}
