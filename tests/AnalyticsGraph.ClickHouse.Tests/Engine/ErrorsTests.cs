using System.Net;
using System.Net.Sockets;
using System.Text;
using AnalyticsGraph.ClickHouse.Compression;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.ClickHouse.Tests.Engine;

public sealed class ErrorsTests(ClickHouseFixture engine) : IClassFixture<ClickHouseFixture>
{
    [Theory]
    [InlineData("SELECT * FROM no_such_table", 60, "UNKNOWN_TABLE")]
    [InlineData("SELEC 1", 62, "SYNTAX_ERROR")]
    [InlineData("SELECT no_such_column", 47, "UNKNOWN_IDENTIFIER")]
    [InlineData("SELECT noSuchFunction(1)", 46, "UNKNOWN_FUNCTION")]
    [InlineData("SELECT throwIf(1, 'boom')", 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO")]
    [InlineData("SELECT {p:UInt8}", 456, "UNKNOWN_QUERY_PARAMETER")]
    public async Task Query_Should_ThrowCodeAndName_When_TheServerRefuses(string sql, int code, string name)
    {
        var error = await Assert.ThrowsAsync<ClickHouseException>(() => engine.Client.QueryAsync(new ClickHouseQuery(sql)));

        Assert.Equal((code, name, false), (error.Code, error.ErrorName, error.IsMidStream));
        Assert.False(string.IsNullOrEmpty(error.QueryId));
        Assert.StartsWith($"{name} ({code}): ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ClickHouseCompression.None)]
    [InlineData(ClickHouseCompression.Gzip)]
    [InlineData(ClickHouseCompression.Lz4)]
    public async Task Result_Should_ThrowTheServersError_When_ItFailsInMidStream(ClickHouseCompression compression)
    {
        await using var client = new ClickHouseClient(engine.Options with { Compression = compression });
        var rows = 0L;
        var error = await Assert.ThrowsAsync<ClickHouseException>(async () =>
        {
            await using var result = await client.QueryAsync(
                new ClickHouseQuery("SELECT number, toString(sipHash128(number)) AS text, throwIf(number = 3000000, 'boom') AS t FROM numbers(10000000)").WithSetting("max_threads", "1"));
            await foreach (var block in result.ReadBlocksAsync())
            {
                rows += block.RowCount;
                block.Dispose();
            }
        });

        Assert.Equal((395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO", true), (error.Code, error.ErrorName, error.IsMidStream));
        Assert.Contains("boom", error.Message, StringComparison.Ordinal);
        Assert.InRange(rows, 1, 3_000_000);
    }

    /// <summary>A server of ClickHouse's own frames the error as it would the result; the engine here does not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Query_Should_ThrowTheServersWords_When_FramesWereAskedFor(bool isFramed)
    {
        var words = Encoding.UTF8.GetBytes("Code: 241. DB::Exception: (total) memory limit exceeded: would use 1.00 GiB, maximum: 1.00 GiB. OvercommitTracker decision: memory limit exceeded by others. (MEMORY_LIMIT_EXCEEDED) (version 26.7.1.1)");
        var frame = new byte[Lz4Frame.MostLength(words.Length)];
        var body = isFramed ? frame[..Lz4Frame.Write(words, frame)] : words;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync();
        await using var client = new ClickHouseClient(new ClickHouseOptions { Port = ((IPEndPoint)listener.LocalEndpoint).Port, Compression = ClickHouseCompression.Lz4, Retries = 0 });

        var error = await Assert.ThrowsAsync<ClickHouseException>(() => client.QueryAsync(new ClickHouseQuery("SELECT 1")));

        await answering;
        Assert.Equal((241, "MEMORY_LIMIT_EXCEEDED (241): (total) memory limit exceeded: would use 1.00 GiB, maximum: 1.00 GiB. OvercommitTracker decision: memory limit exceeded by others."), (error.Code, error.Message));

        async Task AnswerAsync()
        {
            using var connection = await listener.AcceptTcpClientAsync();
            var stream = connection.GetStream();
            var request = "";
            var buffer = new byte[4096];
            while (!request.EndsWith("SELECT 1", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer);
                Assert.NotEqual(0, read);
                request += Encoding.ASCII.GetString(buffer, 0, read);
            }

            Assert.Contains("compress=1", request, StringComparison.Ordinal);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 500 Internal Server Error\r\nX-ClickHouse-Exception-Code: 241\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(body);
        }
    }

    [Fact]
    public async Task Execute_Should_Throw_When_TheStatementFailsLate()
    {
        await engine.Do("CREATE TABLE late (x UInt64) ENGINE = Memory");

        var error = await Assert.ThrowsAsync<ClickHouseException>(() => engine.Do("INSERT INTO late SELECT throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 1000"));

        Assert.Equal(395, error.Code);
    }

    [Fact]
    public async Task Insert_Should_ThrowTheServersError_When_ATypeDoesNotMatchOrATableIsMissing()
    {
        await engine.Do("CREATE TABLE typed (x UInt64) ENGINE = Memory");
        using var block = new Block([ClickHouseColumn.Create("x", "String", ["no number"])]);

        var mismatch = await Assert.ThrowsAsync<ClickHouseException>(() => engine.Client.InsertAsync(new ClickHouseInsert("typed"), block));
        var missing = await Assert.ThrowsAsync<ClickHouseException>(() => engine.Client.InsertAsync(new ClickHouseInsert("no`such\\table"), block));

        Assert.NotEqual(0, mismatch.Code);
        Assert.Equal("UNKNOWN_TABLE", missing.ErrorName);
    }

    [Fact]
    public async Task Insert_Should_ThrowTheServersError_When_ItRefusesALongStream()
    {
        var block = new Block([ClickHouseColumn.Create("x", "UInt64", new ulong[200_000])]);
        async IAsyncEnumerable<Block> Blocks()
        {
            for (var i = 0; i < 50; i++)
            {
                await Task.Yield();
                yield return block;
            }
        }

        var error = await Assert.ThrowsAsync<ClickHouseException>(() => engine.Client.InsertAsync(new ClickHouseInsert("no_table_for_streams"), Blocks()));

        Assert.Equal("UNKNOWN_TABLE", error.ErrorName);
    }

    [Fact]
    public async Task Query_Should_SayWhatToDo_When_TheStatementHasItsOwnFormat()
    {
        var error = await Assert.ThrowsAsync<ClickHouseFormatException>(() => engine.Client.QueryAsync(new ClickHouseQuery("SELECT 1 FORMAT JSON")));

        Assert.Contains("leave the FORMAT clause out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_Should_SayThatNothingWasSent_When_NobodyListens()
    {
        var socket = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".sock");
        var log = new KeptLog();
        await using var client = new ClickHouseClient(new ClickHouseOptions { Socket = socket, Retries = 1 }, log);

        var error = await Assert.ThrowsAsync<ClickHouseTransportException>(() => client.ExecuteAsync(new ClickHouseQuery("SELECT 1")));

        Assert.True(error.WasNotSent);
        Assert.StartsWith($"ClickHouse at unix:{socket} cannot be reached: ", error.Message, StringComparison.Ordinal);
        var told = Assert.Single(log.Told);
        Assert.StartsWith($"ClickHouse at unix:{socket}: ", told, StringComparison.Ordinal);

        // The URL of a request has an address too, which nobody connects to.
        Assert.DoesNotContain("localhost", error.Message + told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ping_Should_Answer_When_TheServerIsThere() => await engine.Client.PingAsync();

    private sealed class KeptLog : ILogger<ClickHouseClient>
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Told.Add(formatter(state, exception));
    }
}
