using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.Tracking.Ingest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Server.Tests.Writing;

/// <summary>Clients of <c>/ingest</c> that are slow, fall silent, break the rules of HTTP, or leave.</summary>
[Collection("empty")]
public sealed class IngestClientTests(EmptyServer empty)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Others_Should_BeAnswered_When_ManySendSlowlyWhatClickHouseReads()
    {
        // As many as LocalClickHouse runs queries at once.
        var clients = Math.Max(20, 4 * Environment.ProcessorCount);
        await using var server = await StartAsync(new() { MaxConcurrentRequests = clients + 1 });
        var run = await empty.CreateRunAsync();

        // So large that Kestrel does not take the pause for too slow.
        var sql = $"SELECT '{run}' AS runId, 'k' AS key, toInt64(number) AS step, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') AS time, sin(number) AS value FROM numbers(4000)";
        var body = await ClickHouseBytes.AskAsync(empty.ClickHouse, sql, "Parquet");
        Assert.InRange(body.Length, 20_000, 1_000_000);
        var half = body.Length / 2;
        var slow = new List<Socket>();
        try
        {
            for (var i = 0; i < clients; i++)
                slow.Add(await SendAsync(server, "metrics?format=Parquet", $"Content-Length: {body.Length}", body.AsMemory(0, half)));

            using (var quick = await SendAsync(server, "metrics?format=Parquet", $"Content-Length: {body.Length}", body))
                Assert.Contains("{\"rows\":4000,\"newRows\":4000}", await AnswerAsync(quick), StringComparison.Ordinal);
            Assert.Equal(4000, (await server.RunAsync("query ($id: ID!) { run(id: $id) { points { totalCount } } }", new { id = run })).At("run.points.totalCount").GetInt32());

            foreach (var client in slow)
                await client.SendAsync(body.AsMemory(half));
            foreach (var client in slow)
                Assert.Contains("{\"rows\":4000,\"newRows\":0}", await AnswerAsync(client), StringComparison.Ordinal);
        }
        finally
        {
            slow.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Request_Should_End_When_NothingOfItsBodyComes()
    {
        await using var server = await StartAsync(new() { StallTimeout = TimeSpan.FromMilliseconds(300), MaxConcurrentRequests = 1 });
        using var log = new ErrorLog(server);
        using var gzip = new MemoryStream();
        using (var encoder = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
            encoder.Write("{"u8);
        (string Format, string Headers, byte[] Begin)[] bodies =
        [
            ("Ndjson", "", [.. "{"u8]), ("Csv", "", [.. "runId,"u8]), ("Native", "", [1]), ("RowBinaryWithNamesAndTypes", "", [1]), ("Parquet", "", [.. "PAR1"u8]),
            ("Ndjson", "Content-Encoding: gzip\r\n", gzip.ToArray()[..^2]),
        ];

        // Each needs the place of the one before.
        foreach (var (format, headers, begin) in bodies)
        {
            using var client = await SendAsync(server, $"metrics?format={format}", $"{headers}Content-Length: 1000", begin);
            var answer = await AnswerAsync(client);

            Assert.True(answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), $"{format}: {answer}");
            Assert.Contains("Nothing of the body came for 0.3 s (Ingest:StallTimeout)", answer, StringComparison.Ordinal);
            Assert.Contains("\"code\":\"BAD_REQUEST\"", answer, StringComparison.Ordinal);
        }

        Assert.Empty(log.Told);
    }

    [Theory]
    [InlineData("Ndjson")]
    [InlineData("Csv")]
    [InlineData("Native")]
    [InlineData("RowBinaryWithNamesAndTypes")]
    [InlineData("Parquet")]
    public async Task Problem_Should_BeTheClients_When_ItsChunksAreNone(string format)
    {
        using var client = await SendAsync(empty.Server, $"metrics?format={format}", "Transfer-Encoding: chunked", Encoding.ASCII.GetBytes("1\r\n\u0001\r\nnonsense\r\n"));
        var answer = await AnswerAsync(client);

        Assert.True(answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), answer);
        Assert.Contains("\"code\":\"BAD_REQUEST\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_Should_BeEmpty_When_ClientsLeaveWithinTheirBodies()
    {
        await using var server = await StartAsync(new() { MaxConcurrentRequests = 1 });
        using var log = new ErrorLog(server);
        foreach (var format in new[] { "Ndjson", "Csv", "Native", "RowBinaryWithNamesAndTypes", "Parquet" })
        {
            using (var client = await SendAsync(server, $"metrics?format={format}", "Expect: 100-continue\r\nContent-Length: 1000", default))
            {
                // It comes when the body is read first.
                await ReadUntilAsync(client, text => text.EndsWith("\r\n\r\n", StringComparison.Ordinal));
                await client.SendAsync(new byte[] { 1 });
                client.LingerState = new LingerOption(enable: true, seconds: 0);
            }

            // Its place is free again.
            using var limit = new CancellationTokenSource(Patience);
            while (await StatusAsync(server, limit.Token) == HttpStatusCode.TooManyRequests)
                await Task.Delay(10, limit.Token);
        }

        Assert.Empty(log.Told);
    }

    [Fact]
    public async Task Body_Should_BeRefused_When_OthersFillTheTemporaryFolder()
    {
        var run = await empty.CreateRunAsync();
        var sql = $"SELECT '{run}' AS runId, 'k' AS key, toInt64(number) AS step, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') AS time, sin(number) AS value FROM numbers(100)";
        var body = await ClickHouseBytes.AskAsync(empty.ClickHouse, sql, "Parquet");
        var most = body.Length * 3 / 2;
        await using var server = await StartAsync(new() { MaxTemporaryBytes = most });

        // Of whatever becomes of the one before, nothing is left.
        foreach (var (end, status) in new (byte[], string?)[] { (body[^1..], "200"), ("?"u8.ToArray(), "400"), ([], null) })
        {
            var first = await BeginAsync();
            try
            {
                string refused;
                using (var limit = new CancellationTokenSource(Patience))
                {
                    // The first has its place when as much of it has been read. If another one had it then, the first is refused, and comes again.
                    while (!(refused = await PostAsync()).StartsWith("HTTP/1.1 429 ", StringComparison.Ordinal))
                    {
                        await Task.Delay(10, limit.Token);
                        if (first.Available > 0)
                        {
                            first.Dispose();
                            first = await BeginAsync();
                        }
                    }
                }

                Assert.Contains("\"code\":\"RESOURCE_EXHAUSTED\"", refused, StringComparison.Ordinal);
                Assert.Contains($"{most} bytes that they may have of the temporary folder (Ingest:MaxTemporaryBytes)", refused, StringComparison.Ordinal);
                if (status is null)
                {
                    first.LingerState = new LingerOption(enable: true, seconds: 0);
                }
                else
                {
                    await first.SendAsync(end);
                    Assert.StartsWith($"HTTP/1.1 {status} ", await AnswerAsync(first), StringComparison.Ordinal);
                    Assert.StartsWith("HTTP/1.1 200 ", await PostAsync(), StringComparison.Ordinal);
                }
            }
            finally
            {
                first.Dispose();
            }

            using var patience = new CancellationTokenSource(Patience);
            while (!(await PostAsync()).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
                await Task.Delay(10, patience.Token);
        }

        // Alone it would not fit either: nothing to wait for.
        using var large = await SendAsync(server, "metrics?format=Parquet", $"Content-Length: {most + 1}", new byte[most + 1]);
        var told = await AnswerAsync(large);
        Assert.StartsWith("HTTP/1.1 413 ", told, StringComparison.Ordinal);
        Assert.Contains("(Ingest:MaxTemporaryBytes)", told, StringComparison.Ordinal);

        Task<Socket> BeginAsync() => SendAsync(server, "metrics?format=Parquet", $"Content-Length: {body.Length}", body.AsMemory(0, body.Length - 1));

        async Task<string> PostAsync()
        {
            using var client = await SendAsync(server, "metrics?format=Parquet", $"Content-Length: {body.Length}", body);
            return await AnswerAsync(client);
        }
    }

    private Task<InProcessServer> StartAsync(IngestLimits limits) => InProcessServer.StartAsync(empty.Postgres, empty.ClickHouse, new ServerLimits { Ingest = limits });

    private static async Task<HttpStatusCode> StatusAsync(InProcessServer server, CancellationToken ct)
    {
        using var nothing = new ByteArrayContent([]);
        using var response = await server.Http.PostAsync(new Uri("ingest/metrics?format=Ndjson", UriKind.Relative), nothing, ct);
        return response.StatusCode;
    }

    /// <summary>Begins a request, with as much of its body.</summary>
    private static async Task<Socket> SendAsync(InProcessServer server, string path, string headers, ReadOnlyMemory<byte> body)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Url.Host, server.Url.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST /ingest/{path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n")));
        await socket.SendAsync(body);
        return socket;
    }

    // An object without others in it.
    private static Task<string> AnswerAsync(Socket client) => ReadUntilAsync(client, text => text.Contains('}', StringComparison.Ordinal));

    private static async Task<string> ReadUntilAsync(Socket client, Predicate<string> isAll)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (text, piece) = (new StringBuilder(), new byte[4096]);
        while (!isAll(text.ToString()))
        {
            var read = await client.ReceiveAsync(piece, limit.Token);
            Assert.True(read > 0, $"The server closed the connection after: {text}");
            text.Append(Encoding.UTF8.GetString(piece, 0, read));
        }

        return text.ToString();
    }

    /// <summary>Keeps what a server logs as an error.</summary>
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ErrorLog(InProcessServer server) => server.Services.GetRequiredService<ILoggerFactory>().AddProvider(this);

        public ConcurrentQueue<string> Told { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Told.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
