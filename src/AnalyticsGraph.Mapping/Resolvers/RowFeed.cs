using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>
/// The rows of one list or connection, sent while PostgreSQL still reads: by one statement on one snapshot. (Sub-pages by key would need none held open, but rows that move between them would come
/// twice or never.) Rows are delivered in chunks of what has come, so that what lies below them shares its round trips.
/// </summary>
internal sealed class RowFeed(RowStream stream, RowsStatement statement, RowLayout layout, PageRequest page, DateTime? asOf) : IItemFeed, IAsyncDisposable
{
    // What the executor resolves at once; a slow statement's rows are waited for so long, or one row would be a round trip.
    private const int ChunkRows = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Told where a list that is not limited by its client has more rows than it may; null where it is.</summary>
    public GraphQLError? TooLong { get; init; }

    /// <summary>The rows that are here, as those of one parent.</summary>
    public ParentRows Current { get; private set; } = ParentRows.Empty(layout, 1, page);

    /// <inheritdoc />
    public bool IsComplete { get; private set; }

    /// <summary>Waits for the first rows.</summary>
    /// <param name="rows">How many there must be, unless there are fewer; with 0 nothing is waited for, and nothing taken.</param>
    public async Task StartAsync(int rows)
    {
        if (rows > 0)
        {
            await stream.ArrivalOf(rows).ConfigureAwait(false);
            Take();
        }
    }

    /// <inheritdoc />
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        await stream.ArrivalOf(1).WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAny(stream.ArrivalOf(ChunkRows), Task.Delay(Pause, cancellationToken)).ConfigureAwait(false);
        Take();
        if (IsComplete && TooLong is not null && Current.HasMore(0))
        {
            throw new GraphQLException(TooLong);
        }

        return true;
    }

    /// <summary>Waits for the end of the statement, which comes at PostgreSQL's pace whoever takes the rows.</summary>
    /// <returns>What a page tells of its ends.</returns>
    public async Task<PageEnds> EndsAsync(CancellationToken cancellationToken)
    {
        var (first, last) = await stream.EndsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return new PageEnds(RowsOf(first), RowsOf(last));
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private void Take()
    {
        var (rows, isLast) = stream.Take();
        (Current, IsComplete) = (RowsOf(rows), isLast);
    }

    private ParentRows RowsOf(RowResult rows) => new(new RowSet(layout, rows.Values, rows.Count, asOf), rows.Groups!, null, 1, page, statement.CursorLength, statement.Signature);
}
