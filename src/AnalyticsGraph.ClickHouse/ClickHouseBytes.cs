using AnalyticsGraph.ClickHouse.Http;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>
/// A result in a format of ClickHouse's own, as it comes. Memory holds one read buffer, however long the result. Disposing before the end closes the connection and ends the query on the server.
/// Not thread-safe.
/// </summary>
public sealed class ClickHouseBytes : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly NativeReader _reader;
    private readonly string? _tag;
    private readonly Action<string> _end;
    private readonly StatementTrace? _trace;
    private Exception? _fault;
    private bool _over;
    private bool _handedOut;
    private bool _disposed;

    private ClickHouseBytes(HttpResponseMessage response, Stream stream, string queryId, TimeSpan timeout, Action<string> end, StatementTrace? trace)
    {
        _response = response;
        _stream = stream;
        _reader = new NativeReader(stream) { ReadTimeout = timeout };
        _tag = ClickHouseClient.Header(response, "X-ClickHouse-Exception-Tag");
        _end = end;
        _trace = trace;
        QueryId = ClickHouseClient.Header(response, "X-ClickHouse-Query-Id") ?? queryId;
        Summary = ClickHouseSummary.Parse(QueryId, ClickHouseClient.Header(response, "X-ClickHouse-Summary"));
    }

    /// <summary>The query's id on the server.</summary>
    public string QueryId { get; }

    /// <summary>What the server had done when the first bytes left.</summary>
    public ClickHouseSummary Summary { get; }

    /// <summary>Bytes of the result read so far, decompressed.</summary>
    public long BytesRead => _reader.BytesRead;

    /// <summary>The next bytes.</summary>
    /// <param name="ct">Gives up.</param>
    /// <returns>What has come, valid until the next call; empty at the end of a whole result.</returns>
    /// <exception cref="ClickHouseException">The server failed in mid-stream; the bytes before are what it had sent, its words about the error among the last of them.</exception>
    /// <exception cref="ClickHouseTransportException">The connection was lost.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_over)
            return default;
        try
        {
            _over = await _reader.IsAtEndAsync(ct).ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or InvalidDataException)
        {
            throw _fault = ServerErrorText.FromTail(_reader.Tail, _tag, QueryId) is { } error ? MidStream(error) : new ClickHouseTransportException(
                $"The connection to ClickHouse was lost in the middle of the result of query {QueryId}, after {BytesRead} bytes: {lost.Message}", lost)
            {
                QueryId = QueryId,
                IsMidStream = _handedOut,
            };
        }
        if (_over && ServerErrorText.FromTail(_reader.Tail, _tag, QueryId) is { } told)
            throw _fault = MidStream(told);
        _handedOut = true;
        return _reader.TakeUnread();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        if (_disposed)
            return ValueTask.CompletedTask;
        _disposed = true;
        _response.Dispose();
        _reader.Dispose();
        if (!_over)
            _end(QueryId);
        _trace?.End(null, Summary, _fault);
        return _stream.DisposeAsync();
    }

    internal static async Task<ClickHouseBytes> OpenAsync(
        HttpResponseMessage response, string queryId, bool framed, TimeSpan timeout, Action<string> end, StatementTrace? trace, CancellationToken ct)
    {
        var body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        var stream = BodyCompression.Decompress(body, response.Content.Headers.ContentEncoding.FirstOrDefault(), framed);
        var result = new ClickHouseBytes(response, stream, queryId, timeout, end, trace);
        try
        {
            // An error that comes in place of the first bytes is one of the query, not of the stream.
            await result._reader.IsAtEndAsync(ct).ConfigureAwait(false);
            return result;
        }
        catch
        {
            await result.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private ClickHouseException MidStream(ClickHouseException error)
    {
        _over = true;
        error.IsMidStream = _handedOut;
        return error;
    }
}
