using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>The answer to a query of C#, block by block as ClickHouse sends it: the next block is not read before it is asked for, and ClickHouse stops when the buffers between are full.</summary>
public sealed class BlockStream : IAsyncDisposable
{
    private readonly ClickHouseResult _result;
    private readonly IAsyncEnumerator<Block> _blocks;
    private readonly MappingLimits _limits;
    private readonly ClickHouseTrip? _trip;
    private readonly CancellationToken _cancellationToken;
    private long _rows;

    internal BlockStream(ClickHouseResult result, MappingLimits limits, ClickHouseTrip? trip, CancellationToken cancellationToken)
    {
        (_result, _limits, _trip, _cancellationToken) = (result, limits, trip, cancellationToken);
        _blocks = result.ReadBlocksAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    /// <summary>The next block.</summary>
    /// <returns>The block, to be disposed before the next one is read; null at the end.</returns>
    /// <exception cref="GraphQLException">ClickHouse failed in the middle, was lost, or was silent for longer than a statement may run.</exception>
    public async Task<Block?> ReadAsync()
    {
        try
        {
            if (!await _blocks.MoveNextAsync().ConfigureAwait(false))
            {
                _trip?.End(_result, _rows);
                return null;
            }

            _rows += _blocks.Current.RowCount;
            return _blocks.Current;
        }
        catch (Exception exception)
        {
            _trip?.Fail(exception);
            throw StoreErrors.FromClickHouse(exception, _limits, _cancellationToken);
        }
    }

    /// <summary>Ends the query in the store if it still runs, and gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        _trip?.End(_result, _rows);
        await _blocks.DisposeAsync().ConfigureAwait(false);
        await _result.DisposeAsync().ConfigureAwait(false);
    }
}
