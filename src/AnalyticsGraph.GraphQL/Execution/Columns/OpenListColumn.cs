namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// A streamed list field of one parent, whose items still come. The chunk that is here when the step returns it has at least as many items as come with the list
/// (<see cref="StepContext.IsStreamed"/>), unless it is the last.
/// </summary>
/// <param name="feed">Brings the items; disposed by whoever made it, with the request.</param>
/// <param name="items">Makes a column of the feed's current chunk. Objects must be divisible (<see cref="IDivisibleSource"/>, or an array).</param>
public sealed class OpenListColumn(IItemFeed feed, Func<Column> items) : Column
{
    /// <summary>Brings the items.</summary>
    public IItemFeed Feed { get; } = feed;

    /// <inheritdoc />
    public override int Count => 1;

    /// <inheritdoc />
    public override bool MayHaveNulls => false;

    /// <inheritdoc />
    public override bool IsNull(int row) => false;

    /// <summary>The feed's current chunk as a list.</summary>
    internal ListColumn Chunk()
    {
        var column = items();
        return new ListColumn([0, column.Count], column);
    }
}
