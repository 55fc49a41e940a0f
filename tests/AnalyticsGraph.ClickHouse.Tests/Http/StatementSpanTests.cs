using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.ClickHouse.Tests.Http;

/// <summary>What the client tells of a statement, and what it tells the server of the trace.</summary>
public sealed class StatementSpanTests
{
    private static readonly ActivitySource Tests = new("AnalyticsGraph.ClickHouse.Tests");

    [Fact]
    public async Task Statement_Should_CarryTheTraceToTheServer()
    {
        using var spans = new Recorder();
        var (head, _) = await AskAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", new ClickHouseQuery("SELECT {v:String}").With("v", "String", "secret"));

        var span = Assert.Single(spans.Spans);
        Assert.Equal(("SELECT", ActivityKind.Client, spans.Root.SpanId), (span.DisplayName, span.Kind, span.ParentSpanId));
        Assert.Contains($"\r\ntraceparent: 00-{span.TraceId}-{span.SpanId}-01\r\n", head, StringComparison.Ordinal);
        Assert.Equal(
            ["clickhouse", "there", "SELECT", "SELECT {v:String}", "127.0.0.1", 0L],
            new[] { "db.system.name", "db.namespace", "db.operation.name", "db.query.text", "server.address", "db.response.returned_rows" }.Select(span.GetTagItem));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("secret", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Span_Should_TellTheCodeAlone_When_TheServerRefuses()
    {
        using var spans = new Recorder();
        const string Words = "Code: 60. DB::Exception: Unknown table 'secret'. (UNKNOWN_TABLE)";
        var (_, fault) = await AskAsync($"HTTP/1.1 404 Not Found\r\nX-ClickHouse-Exception-Code: 60\r\nContent-Length: {Words.Length}\r\n\r\n{Words}", new ClickHouseQuery("SELECT 1"));

        Assert.Equal(60, Assert.IsType<ClickHouseException>(fault).Code);
        var span = Assert.Single(spans.Spans);
        Assert.Equal((ActivityStatusCode.Error, null), (span.Status, span.StatusDescription));
        Assert.Equal(("UNKNOWN_TABLE", "60"), (span.GetTagItem("error.type"), span.GetTagItem("db.response.status_code")));
    }

    [Fact]
    public async Task Statement_Should_CarryNoTrace_When_ThereIsNone()
    {
        var (head, _) = await AskAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", new ClickHouseQuery("SELECT 1"));

        Assert.DoesNotContain("traceparent", head, StringComparison.Ordinal);
    }

    private static async Task<(string Head, Exception? Fault)> AskAsync(string answer, ClickHouseQuery query)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeAsync(listener, answer);
        await using var client = new ClickHouseClient(new ClickHouseOptions { Port = ((IPEndPoint)listener.LocalEndpoint).Port, Database = "there", Retries = 0 });
        Exception? fault = null;
        try
        {
            await using var result = await client.QueryAsync(query);
            await foreach (var block in result.ReadBlocksAsync())
                block.Dispose();
        }
        catch (ClickHouseException refused)
        {
            fault = refused;
        }

        return (await served, fault);
    }

    private static async Task<string> ServeAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().Contains("SELECT", StringComparison.Ordinal))
            head.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        return head.ToString();
    }

    private sealed class Recorder : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _stopped = [];
        private readonly ActivityListener _listener;

        public Recorder()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name.StartsWith("AnalyticsGraph.", StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _stopped.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
            Root = Tests.StartActivity("test")!;
        }

        public Activity Root { get; }

        public IEnumerable<Activity> Spans => _stopped.Where(span => span.TraceId == Root.TraceId);

        public void Dispose()
        {
            Root.Dispose();
            _listener.Dispose();
        }
    }
}
