namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A list whose first items come with it and whose others follow.</summary>
internal sealed class StreamedListColumn : Column
{
    public StreamedListColumn(ListColumn all, ListColumn first, OpenListColumn? open)
    {
        (All, First, Open) = (all, first, open);
        WithErrors(all.Errors);
    }

    /// <summary>Where more items come from; null if all are here.</summary>
    public OpenListColumn? Open { get; }

    /// <summary>All items that are here, unresolved if they are objects.</summary>
    public ListColumn All { get; }

    /// <summary>The items that come with the list.</summary>
    public ListColumn First { get; }

    public override int Count => All.Count;

    public override bool MayHaveNulls => All.MayHaveNulls;

    public override bool IsNull(int row) => All.IsNull(row);
}
