using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>The answer to a query of C# in one of ClickHouse's formats, as ClickHouse sends it; it waits when the buffers between are full.</summary>
public sealed class ByteStream : IAsyncDisposable
{
    private readonly ClickHouseBytes _bytes;
    private readonly MappingLimits _limits;
    private readonly CancellationToken _cancellationToken;

    internal ByteStream(ClickHouseBytes bytes, MappingLimits limits, CancellationToken cancellationToken) => (_bytes, _limits, _cancellationToken) = (bytes, limits, cancellationToken);

    /// <summary>The next bytes.</summary>
    /// <returns>Valid until the next call; empty at the end of a whole answer.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">ClickHouse failed in the middle, was lost, or was silent for too long.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync()
    {
        try
        {
            return await _bytes.ReadAsync(_cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw StoreErrors.FromClickHouse(exception, _limits, _cancellationToken);
        }
    }

    /// <summary>Ends the query in the store if it still runs, and gives the connection back.</summary>
    public ValueTask DisposeAsync() => _bytes.DisposeAsync();
}
