using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// The points of one unthinned series, block by block as ClickHouse sends them: all that is kept of it is the block that its streamed lists deliver. What a client has been sent cannot be
/// taken back, so unlike a series that is read whole it is complete before it begins: all that was acknowledged is flushed first.
/// </summary>
internal sealed class SeriesFeed : IItemFeed, IAsyncDisposable
{
    private readonly BlockStream _blocks;
    private readonly string _key;
    private readonly SeriesLimits _limits;
    private readonly IDisposable _place;
    private readonly PointAccumulator _chunk = new();
    private long _total;
    private bool _isOver;

    private SeriesFeed(BlockStream blocks, string key, SeriesLimits limits, IDisposable place) => (_blocks, _key, _limits, _place) = (blocks, key, limits, place);

    /// <inheritdoc />
    public bool IsComplete => _isOver;

    /// <summary>The block that is here. Its arrays are used again for the next one.</summary>
    public PointColumns Points => PointAccumulator.Join([_chunk]);

    /// <summary>Begins to read.</summary>
    /// <param name="clickHouse">The request's session.</param>
    /// <param name="question">The question; about one run.</param>
    /// <param name="initialCount">How many points must be there at first, unless there are fewer.</param>
    /// <param name="limits">How many points may come.</param>
    /// <param name="place">Its place among the series that stream; taken over.</param>
    /// <param name="steps">Who asks.</param>
    /// <param name="cancellationToken">The request's.</param>
    public static async Task<SeriesFeed> OpenAsync(
        ClickHouseSession clickHouse, SeriesQuestion question, int initialCount, SeriesLimits limits, IDisposable place, IReadOnlyList<StepTrace> steps, CancellationToken cancellationToken)
    {
        SeriesFeed? feed = null;
        try
        {
            var blocks = await clickHouse.OpenBlocksAsync(SeriesSql.ComposeStream(question, limits), steps, cancellationToken).ConfigureAwait(false);
            feed = new SeriesFeed(blocks, question.Request.Key, limits, place);
            do
            {
                await feed.AppendAsync().ConfigureAwait(false);
            }
            while (!feed._isOver && feed._chunk.Count < initialCount);

            return feed;
        }
        catch
        {
            if (feed is not null)
            {
                await feed.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                place.Dispose();
            }

            throw;
        }
    }

    /// <inheritdoc />
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _chunk.Clear();
        return !_isOver && await AppendAsync().ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _blocks.DisposeAsync().ConfigureAwait(false);
        _place.Dispose();
    }

    private async Task<bool> AppendAsync()
    {
        using var block = await _blocks.ReadAsync().ConfigureAwait(false);
        if (block is null)
        {
            // A client may take its time with the last parts: others may stream meanwhile.
            _isOver = true;
            await DisposeAsync().ConfigureAwait(false);
            return false;
        }

        _total += block.RowCount;
        if (_total > _limits.MaxPointsPerSeries)
        {
            throw SeriesErrors.TooManyPoints(_key, _total, _limits.MaxPointsPerSeries);
        }

        _chunk.Append(new SeriesRows(block), 0, block.RowCount);
        return true;
    }
}
