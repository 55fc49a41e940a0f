namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A list whose first items come with it and whose others follow.</summary>
internal sealed class StreamedListColumn : Column
{
    public StreamedListColumn(ListColumn all, ListColumn first)
    {
        (All, First) = (all, first);
        WithErrors(all.Errors);
    }

    /// <summary>All items, unresolved if they are objects.</summary>
    public ListColumn All { get; }

    /// <summary>The items that come with the list.</summary>
    public ListColumn First { get; }

    public override int Count => All.Count;

    public override bool MayHaveNulls => All.MayHaveNulls;

    public override bool IsNull(int row) => All.IsNull(row);
}
