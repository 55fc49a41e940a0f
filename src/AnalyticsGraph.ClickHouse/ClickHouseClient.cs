using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using AnalyticsGraph.ClickHouse.Http;
using AnalyticsGraph.ClickHouse.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.ClickHouse;

/// <summary>
/// A client of ClickHouse's HTTP interface. Thread-safe; make one for a server and keep it: it owns the pool of connections. There are no sessions: every statement
/// stands alone and may go to any replica behind a balancer.
/// </summary>
public sealed class ClickHouseClient : IAsyncDisposable
{
    private readonly ClickHouseOptions _options;
    private readonly ILogger _logger;
    private readonly Transport _transport;
    private readonly ConcurrentDictionary<Task, bool> _endings = new();

    /// <summary>A client; connects when first used.</summary>
    public ClickHouseClient(ClickHouseOptions options, ILogger<ClickHouseClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        NativeWriter.RequireLittleEndian();
        foreach (var name in options.Settings.Keys)
            Names.RequireSetting(name);
        _options = options;
        _logger = logger ?? NullLogger<ClickHouseClient>.Instance;
        _transport = new Transport(options, _logger);
    }

    /// <summary>Starts a query and waits for its first block. The result must be disposed; doing so before its end ends the query on the server.</summary>
    /// <exception cref="ClickHouseException">The server refused it, with code and name.</exception>
    /// <exception cref="ClickHouseTransportException">The server was not reached, or was lost; reads were repeated before.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the server is told to end the query.</exception>
    public Task<ClickHouseResult> QueryAsync(ClickHouseQuery query, CancellationToken ct = default)
    {
        return ReadAsync(
            query,
            "Native",
            new Dictionary<string, string> { ["output_format_native_write_json_as_string"] = "1" },
            (response, id, framed, timeout, trace) => ClickHouseResult.OpenAsync(response, id, framed, timeout, EndOnServer, trace, ct),
            ct);
    }

    /// <summary>Starts a query whose result comes in a format of ClickHouse's own, as bytes, and waits for the first of them. To be disposed; doing so before the end ends the query on the server.</summary>
    /// <param name="query">The query, without a FORMAT clause.</param>
    /// <param name="format">The format's name, such as <c>ArrowStream</c>.</param>
    /// <param name="ct">Gives up; the server is told to end the query.</param>
    /// <exception cref="ClickHouseException">The server refused it, with code and name.</exception>
    /// <exception cref="ClickHouseTransportException">The server was not reached, or was lost; reads were repeated before.</exception>
    public Task<ClickHouseBytes> ReadBytesAsync(ClickHouseQuery query, string format, CancellationToken ct = default)
    {
        Names.RequireIdentifier(format, "a format");
        return ReadAsync(query, format, [], (response, id, framed, timeout, trace) => ClickHouseBytes.OpenAsync(response, id, framed, timeout, EndOnServer, trace, ct), ct);
    }

    /// <summary>Runs a statement without a result (DDL, mutations, INSERT ... SELECT) and waits for its end.</summary>
    /// <exception cref="ClickHouseException">The server refused it, with code and name.</exception>
    /// <exception cref="ClickHouseTransportException">The server was not reached, or was lost. Not repeated unless no byte was sent.</exception>
    public async Task<ClickHouseSummary> ExecuteAsync(ClickHouseQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var id = query.QueryId ?? NewQueryId();
        var beside = Beside(query, id).AddSettings(_options.Settings, query.Settings).Add("wait_end_of_query", "1");
        return await TracedAsync(Trace(query), async () =>
        {
            using var response = await SendAsync(limit => StatementRequest(query, beside, limit), id, StatementKind.OnlyReads(query.Sql), query.Timeout ?? _options.Timeout, ct).ConfigureAwait(false);
            return await FinishAsync(response, id, ct).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Inserts one block; it becomes one part of the table, all or nothing, unless it spans partitions or exceeds the table's block size.</summary>
    /// <exception cref="ClickHouseException">The server refused it, with code and name.</exception>
    /// <exception cref="ClickHouseTransportException">The connection was lost: rows may or may not be there. With a token it was repeated before.</exception>
    public Task<ClickHouseSummary> InsertAsync(ClickHouseInsert insert, Block block, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(insert);
        ArgumentNullException.ThrowIfNull(block);
        return SendInsertAsync(insert, [.. block.Columns.Select(column => column.Name)], () => Once(block), streamed: false, ct);
    }

    /// <summary>As the other one, of a block that is in Native format already.</summary>
    /// <param name="insert">Where to; it names the columns.</param>
    /// <param name="native">One block.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<ClickHouseSummary> InsertAsync(ClickHouseInsert insert, ReadOnlyMemory<byte> native, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(insert);
        var columns = insert.Columns ?? throw new ArgumentException("The insert does not name the columns of the bytes.", nameof(insert));
        return SendInsertAsync(insert, columns, () => new NativeContent(native, _options.Compression), streamed: false, ct);
    }

    /// <summary>Inserts blocks while they come, in constant memory. Not repeated once the first was asked for; a failure in the middle may leave the first blocks inserted.</summary>
    /// <exception cref="ClickHouseException">The server refused it, with code and name.</exception>
    /// <exception cref="ClickHouseTransportException">The connection was lost: rows may or may not be there.</exception>
    public async Task<ClickHouseSummary> InsertAsync(ClickHouseInsert insert, IAsyncEnumerable<Block> blocks, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(insert);
        ArgumentNullException.ThrowIfNull(blocks);
        var source = blocks.GetAsyncEnumerator(ct);
        await using (source.ConfigureAwait(false))
        {
            if (!await source.MoveNextAsync().ConfigureAwait(false))
                return new ClickHouseSummary(insert.QueryId ?? NewQueryId());
            IReadOnlyList<string> columns = [.. source.Current.Columns.Select(column => column.Name)];
            return await SendInsertAsync(insert, columns, () => Rest(source), streamed: true, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the server whether it is there, without a query.</summary>
    /// <exception cref="ClickHouseTransportException">It is not, or what answers is no ClickHouse.</exception>
    public async Task PingAsync(CancellationToken ct = default)
    {
        using var response = await _transport.SendAsync(_ => _transport.Request(HttpMethod.Get, "/ping", null), repeatable: true, _options.Timeout, ct).ConfigureAwait(false);
        var answer = await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode || !answer.StartsWith("Ok.", StringComparison.Ordinal))
            throw ServerErrorText.FromResponse(response.StatusCode, Header(response, "X-ClickHouse-Exception-Code"), answer, "");
    }

    /// <summary>Closes the connections, after queries that are being ended were.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_endings.Keys).ConfigureAwait(false);
        _transport.Dispose();
    }

    internal static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static string NewQueryId() => Guid.NewGuid().ToString();

    private static async IAsyncEnumerable<Block> Once(Block block)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        yield return block;
    }

    private static async IAsyncEnumerable<Block> Rest(IAsyncEnumerator<Block> source)
    {
        do
            yield return source.Current;
        while (await source.MoveNextAsync().ConfigureAwait(false));
    }

    private async Task<T> ReadAsync<T>(
        ClickHouseQuery query, string format, Dictionary<string, string> formatSettings, Func<HttpResponseMessage, string, bool, TimeSpan, StatementTrace?, Task<T>> open, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        var reads = StatementKind.OnlyReads(query.Sql);
        var id = query.QueryId ?? NewQueryId();
        var beside = Beside(query, id)
            .Add("default_format", format)
            .AddSettings(
                formatSettings,
                reads ? new Dictionary<string, string> { ["cancel_http_readonly_queries_on_client_close"] = "1" } : [],
                CompressionSettings(),
                _options.Settings,
                query.Settings);
        var framed = _options.Compression == ClickHouseCompression.Lz4;
        if (framed)
            beside.Add("compress", "1");
        var timeout = query.Timeout ?? _options.Timeout;
        var trace = Trace(query);
        try
        {
            // Rows that come while they are sent come once.
            var repeatable = reads && query.ExternalStreams.Count == 0 && query.ExternalTables.All(table => table.More is null);
            var response = await SendAsync(limit => StatementRequest(query, beside, limit), id, repeatable, timeout, ct).ConfigureAwait(false);
            return await open(response, id, framed, timeout, trace).ConfigureAwait(false);
        }
        catch (Exception fault) when (trace is not null)
        {
            trace.End(fault: fault);
            throw;
        }
    }

    private StatementTrace? Trace(ClickHouseQuery query) => StatementTrace.Begin(_options, StatementKind.FirstWord(query.Sql), null, query.Sql, query.TraceTags);

    private static async Task<ClickHouseSummary> TracedAsync(StatementTrace? trace, Func<Task<ClickHouseSummary>> run)
    {
        try
        {
            var summary = await run().ConfigureAwait(false);
            trace?.End(summary: summary);
            return summary;
        }
        catch (Exception fault) when (trace is not null)
        {
            trace.End(fault: fault);
            throw;
        }
    }

    private RequestQuery Beside(ClickHouseQuery query, string id)
    {
        var beside = new RequestQuery().Add("database", query.Database ?? _options.Database).Add("query_id", id);
        foreach (var (name, parameter) in query.Parameters)
        {
            Names.RequireIdentifier(name, "a parameter");
            beside.Add("param_" + name, ParameterText.Of(name, parameter));
        }
        foreach (var table in query.ExternalTables)
        {
            Names.RequireIdentifier(table.Name, "an external table");
            beside.Add(table.Name + "_format", "Native")
                .Add(table.Name + "_structure", string.Join(", ", table.Rows.Columns.Select(column => $"{Names.Quote(column.Name)} {column.Type}")));
        }
        foreach (var table in query.ExternalStreams)
        {
            Names.RequireIdentifier(table.Name, "an external table");
            beside.Add(table.Name + "_format", table.Format).Add(table.Name + "_structure", table.Structure);
        }
        return beside;
    }

    private Dictionary<string, string> CompressionSettings() =>
        _options.Compression == ClickHouseCompression.Gzip ? new() { ["enable_http_compression"] = "1" } : [];

    private HttpRequestMessage StatementRequest(ClickHouseQuery query, RequestQuery beside, CancellationTokenSource limit)
    {
        if (query.ExternalTables.Count + query.ExternalStreams.Count == 0 && beside.Encode() is { Length: <= RequestQuery.LongestUrl } whole)
            return _transport.Request(HttpMethod.Post, "/" + whole, new ByteArrayContent(Encoding.UTF8.GetBytes(query.Sql)));
        var (url, form) = StatementForm.Of(query, beside, limit, query.Timeout ?? _options.Timeout);
        return _transport.Request(HttpMethod.Post, "/" + url, form);
    }

    private async Task<ClickHouseSummary> SendInsertAsync(
        ClickHouseInsert insert, IReadOnlyList<string> blockColumns, Func<IAsyncEnumerable<Block>> blocks, bool streamed, CancellationToken ct)
    {
        BlockContent? content = null;
        try
        {
            return await SendInsertAsync(insert, blockColumns, () => content = new BlockContent(blocks(), _options.Compression), streamed, ct).ConfigureAwait(false);
        }
        catch (Exception) when (content?.SourceError is { } source && !ct.IsCancellationRequested)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(source);
            throw;
        }
    }

    private async Task<ClickHouseSummary> SendInsertAsync(ClickHouseInsert insert, IReadOnlyList<string> blockColumns, Func<HttpContent> makeContent, bool streamed, CancellationToken ct)
    {
        var id = insert.QueryId ?? NewQueryId();
        var database = insert.Database ?? _options.Database;
        var sql = $"INSERT INTO {Names.Quote(database)}.{Names.Quote(insert.Table)} ({string.Join(", ", (insert.Columns ?? blockColumns).Select(Names.Quote))}) FORMAT Native";
        var beside = new RequestQuery().Add("query", sql).Add("database", database).Add("query_id", id).AddSettings(_options.Settings, insert.Settings).Add("wait_end_of_query", "1");
        if (insert.DeduplicationToken is { } token)
            beside.Add("insert_deduplication_token", token);
        if (_options.Compression == ClickHouseCompression.Lz4)
            beside.Add("decompress", "1");
        HttpRequestMessage Make()
        {
            var content = makeContent();
            if (_options.Compression == ClickHouseCompression.Gzip)
                content.Headers.ContentEncoding.Add("gzip");
            var request = _transport.Request(HttpMethod.Post, "/" + beside.Encode(), content);
            // Worth a round trip before a long body: a server that refuses (no such table) says so, where else the connection would only break.
            request.Headers.ExpectContinue = streamed;
            return request;
        }
        return await TracedAsync(StatementTrace.Begin(_options, "INSERT", insert.Table, sql, []), async () =>
        {
            using var response = await SendAsync(_ => Make(), id, repeatable: !streamed && insert.DeduplicationToken is not null, insert.Timeout ?? _options.Timeout, ct).ConfigureAwait(false);
            return await FinishAsync(response, id, ct).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Sends; a refusal becomes its exception, and giving up ends the query.</summary>
    private async Task<HttpResponseMessage> SendAsync(Func<CancellationTokenSource, HttpRequestMessage> make, string queryId, bool repeatable, TimeSpan timeout, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await _transport.SendAsync(make, repeatable, timeout, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || (e as ClickHouseTransportException)?.InnerException is OperationCanceledException)
        {
            EndOnServer(queryId);
            throw;
        }
        catch (ClickHouseTransportException e)
        {
            e.QueryId = queryId;
            throw;
        }
        if (response.StatusCode == HttpStatusCode.OK && Header(response, "X-ClickHouse-Exception-Code") is null)
            return response;
        using (response)
        {
            // A server that was asked for frames writes its error into them; one that was not, or has not come so far, does not, which is told by the first bytes.
            var body = await ReadErrorAsync(response, framed: _options.Compression == ClickHouseCompression.Lz4, ct).ConfigureAwait(false);
            throw ServerErrorText.FromResponse(response.StatusCode, Header(response, "X-ClickHouse-Exception-Code"), body, queryId);
        }
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, bool framed, CancellationToken ct)
    {
        const int longest = 1024 * 1024;
        var stream = BodyCompression.Decompress(
            await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false), response.Content.Headers.ContentEncoding.FirstOrDefault(), framed);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = ArrayPool<byte>.Shared.Rent(longest);
            try
            {
                var length = await stream.ReadAtLeastAsync(bytes.AsMemory(0, longest), longest, throwOnEndOfStream: false, ct).ConfigureAwait(false);
                return Encoding.UTF8.GetString(bytes, 0, length);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }
    }

    /// <summary>Reads the (usually empty) body of a statement without a result: an error can still stand in it.</summary>
    private static async Task<ClickHouseSummary> FinishAsync(HttpResponseMessage response, string queryId, CancellationToken ct)
    {
        var body = await ReadErrorAsync(response, framed: false, ct).ConfigureAwait(false);
        var tag = Header(response, "X-ClickHouse-Exception-Tag");
        if (body.Contains("__exception__", StringComparison.Ordinal) && ServerErrorText.FromTail(Encoding.UTF8.GetBytes(body), tag, queryId) is { } error)
            throw error;
        return ClickHouseSummary.Parse(Header(response, "X-ClickHouse-Query-Id") ?? queryId, Header(response, "X-ClickHouse-Summary"));
    }

    /// <summary>
    /// The connection of an abandoned query is closed by now, and the server ends it when it notices. That can take until it next writes; so it is also told so.
    /// Runs in the background: the caller has given up waiting.
    /// </summary>
    private void EndOnServer(string queryId)
    {
        var ending = KillAsync(queryId);
        _endings[ending] = true;
        _ = ending.ContinueWith(done => _endings.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task KillAsync(string queryId)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await Task.Yield();
            var kill = new ClickHouseQuery("KILL QUERY WHERE query_id = {id:String} ASYNC").With("id", "String", queryId);
            var beside = Beside(kill, NewQueryId());
            using var response = await _transport.SendAsync(ending => StatementRequest(kill, beside, ending), repeatable: true, TimeSpan.FromSeconds(5), limit.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                _logger.LogWarning("The abandoned query {QueryId} could not be killed: {Answer}", queryId, await ReadErrorAsync(response, framed: false, limit.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is ClickHouseException or OperationCanceledException or IOException)
        {
            _logger.LogWarning("The abandoned query {QueryId} could not be killed: {Error}", queryId, e.Message);
        }
    }
}
