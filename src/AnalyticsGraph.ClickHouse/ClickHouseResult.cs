using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse.Http;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>
/// A result that arrives block by block. Memory holds the blocks the caller keeps and one read buffer, however long the result. Disposing before the end closes the
/// connection and ends the query on the server. Not thread-safe.
/// </summary>
public sealed class ClickHouseResult : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly NativeReader _reader;
    private readonly BlockReader _blocks;
    private readonly string? _tag;
    private readonly Action<string> _end;
    private readonly StatementTrace? _trace;
    private long _rows;
    private Exception? _fault;
    private Block? _first;
    private bool _over;
    private bool _handedOut;
    private bool _disposed;

    private ClickHouseResult(HttpResponseMessage response, Stream stream, string queryId, TimeSpan timeout, Action<string> end, StatementTrace? trace)
    {
        _response = response;
        _stream = stream;
        _reader = new NativeReader(stream) { ReadTimeout = timeout };
        _blocks = new BlockReader(_reader);
        _tag = ClickHouseClient.Header(response, "X-ClickHouse-Exception-Tag");
        _end = end;
        _trace = trace;
        QueryId = ClickHouseClient.Header(response, "X-ClickHouse-Query-Id") ?? queryId;
        Summary = ClickHouseSummary.Parse(QueryId, ClickHouseClient.Header(response, "X-ClickHouse-Summary"));
        TimeZone = ClickHouseClient.Header(response, "X-ClickHouse-Timezone");
    }

    /// <summary>Names and types of the columns. Empty when the result has no rows: the Native format then sends nothing.</summary>
    public IReadOnlyList<(string Name, ClickHouseType Type)> Columns { get; private set; } = [];

    /// <summary>What the server had done when the first bytes left.</summary>
    public ClickHouseSummary Summary { get; }

    /// <summary>The query's id on the server.</summary>
    public string QueryId { get; }

    /// <summary>The server's time zone, in which it shows DateTime columns without their own.</summary>
    public string? TimeZone { get; }

    /// <summary>Bytes of the result read so far, decompressed.</summary>
    public long BytesRead => _reader.BytesRead;

    /// <summary>The blocks, once. Each stays valid until it is disposed, which lets the next reuse its memory.</summary>
    /// <exception cref="ClickHouseException">The server failed in mid-stream; the blocks before are what it had sent, not the whole.</exception>
    /// <exception cref="ClickHouseTransportException">The connection was lost.</exception>
    public async IAsyncEnumerable<Block> ReadBlocksAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (_first is not null || !_over)
        {
            ct.ThrowIfCancellationRequested();
            var block = _first ?? await NextAsync(ct).ConfigureAwait(false);
            _first = null;
            if (block is null)
                yield break;
            _handedOut = true;
            _rows += block.RowCount;
            yield return block;
        }
    }

    /// <summary>All values of one column of the rest of the result, in one array. For results known to be small.</summary>
    public async Task<T[]> ReadColumnAsync<T>(string name, CancellationToken ct = default)
    {
        var values = new List<T>();
        await foreach (var block in ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
                values.AddRange(block.Column<T>(name).Values);
        }
        return [.. values];
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        if (_disposed)
            return ValueTask.CompletedTask;
        _disposed = true;
        _first?.Dispose();
        // Closing with bytes outstanding breaks the connection off; nothing is read to the end.
        _response.Dispose();
        _reader.Dispose();
        if (!_over)
            _end(QueryId);
        _trace?.End(_rows, Summary, _fault);
        return _stream.DisposeAsync();
    }

    internal static async Task<ClickHouseResult> OpenAsync(
        HttpResponseMessage response, string queryId, bool framed, TimeSpan timeout, Action<string> end, StatementTrace? trace, CancellationToken ct)
    {
        var format = ClickHouseClient.Header(response, "X-ClickHouse-Format");
        if (format is not (null or "Native"))
        {
            response.Dispose();
            throw new ClickHouseFormatException($"The answer is in the format {format}, not Native: leave the FORMAT clause out of the statement.");
        }
        var body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        var stream = BodyCompression.Decompress(body, response.Content.Headers.ContentEncoding.FirstOrDefault(), framed);
        var result = new ClickHouseResult(response, stream, queryId, timeout, end, trace);
        try
        {
            result._first = await result.NextAsync(ct).ConfigureAwait(false);
            if (result._first is { } first)
                result.Columns = [.. first.Columns.Select(column => (column.Name, column.Type))];
            return result;
        }
        catch
        {
            await result.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<Block?> NextAsync(CancellationToken ct)
    {
        try
        {
            if (!await _reader.IsAtEndAsync(ct).ConfigureAwait(false) && ServerErrorText.StartsWithTagged(_reader.Unread, _tag))
                throw new NativeStreamEndedException();
            var block = await _blocks.ReadAsync(ct).ConfigureAwait(false);
            _over = block is null;
            return block;
        }
        catch (Exception e) when (e is NativeStreamEndedException or ClickHouseFormatException or HttpRequestException or IOException or InvalidDataException)
        {
            _fault = await ExplainAsync(e, ct).ConfigureAwait(false);
            throw _fault;
        }
    }

    /// <summary>Whatever breaks the stream may be the server's error, which then stands at its end.</summary>
    private async Task<Exception> ExplainAsync(Exception broken, CancellationToken ct)
    {
        Exception? lost = broken is HttpRequestException or IOException ? broken : null;
        try
        {
            if (lost is null)
                await _reader.DrainAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or ClickHouseException)
        {
            lost = e;
        }
        var error = ServerErrorText.FromTail(_reader.Tail, _tag, QueryId);
        if (error is not null)
        {
            _over = true;
            error.IsMidStream = _handedOut;
            return error;
        }
        if (broken is ClickHouseFormatException format)
        {
            format.QueryId = QueryId;
            return format;
        }
        return new ClickHouseTransportException(
            $"The connection to ClickHouse was lost in the middle of the result of query {QueryId}, after {BytesRead} bytes: {(lost ?? broken).Message}", lost ?? broken)
        {
            QueryId = QueryId,
            IsMidStream = _handedOut,
        };
    }
}
