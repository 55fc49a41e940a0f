using System.Net;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>Results as they travel: in pieces, at the client's pace, compressed, or held back whole.</summary>
[Collection(SharedServerTests.Name)]
public sealed class StreamingTests(SharedServer shared)
{
    private readonly LocalServer _server = shared.Server;

    [Fact]
    public async Task Result_Should_TakeNoMoreMemory_When_ItHasTenMillionRowsAndASlowReader()
    {
        using var server = LocalServer.Start("--max-memory", "1000000000");
        await server.Query("SELECT number, toString(number) FROM numbers(100000)");
        var before = server.ResidentBytes();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("SELECT number, toString(number) FROM numbers(10000000) FORMAT RowBinary") };

        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var (buffer, bytes, highest) = (new byte[1 << 20], 0L, 0L);
        for (var (n, reads) = (1, 0); n > 0; bytes += n, reads++)
        {
            n = await body.ReadAsync(buffer);
            if (reads % 64 == 0) highest = Math.Max(highest, server.ResidentBytes());
        }

        Assert.Equal(10_000_000 * 9L + Enumerable.Range(1, 7).Sum(d => d * (long)(Math.Pow(10, d) - Math.Pow(10, d - 1))) + 1, bytes);
        Assert.InRange(highest - before, long.MinValue, 100 << 20);
    }

    [Fact]
    public async Task Result_Should_ArriveBeforeTheStatementEnds()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/?max_block_size=1&buffer_size=0&query_id=drip") { Content = new StringContent("SELECT number, sleepEachRow(0.3) FROM numbers(5)") };
        using var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("0\t0", await lines.ReadLineAsync());
        Assert.Equal("1\n", await _server.Query("SELECT count() FROM system.processes WHERE query_id = 'drip'"));
        Assert.Equal("1\t0\n2\t0\n3\t0\n4\t0\n", await lines.ReadToEndAsync());
    }

    [Theory]
    [InlineData("JSON", "\"meta\"")]
    [InlineData("CSVWithNames", "\"a\",\"b\"\n")]
    [InlineData("TabSeparatedWithNamesAndTypes", "a\tb\n")]
    [InlineData("JSONCompactEachRowWithNames", "[\"a\", \"b\"]")]
    [InlineData("Parquet", null)]
    [InlineData("ArrowStream", null)]
    public async Task Result_Should_BeOneDocument_When_ItHasSeveralBlocks(string format, string? head)
    {
        const int Rows = 200_000;
        await _server.Query($"CREATE TABLE one_{format} (a UInt64, b String) ENGINE = MergeTree ORDER BY a");
        foreach (var sql in new[] { $"SELECT number AS a, toString(number) AS b FROM numbers({Rows}) FORMAT {format} ;", $"SELECT number AS a, toString(number) AS b FROM numbers({Rows}, 5) -- last\n" })
        {
            using var response = await _server.Post(sql, $"default_format={format}");
            var bytes = await response.Content.ReadAsByteArrayAsync();
            Assert.True(response.IsSuccessStatusCode);
            Assert.Equal(format, response.Headers.GetValues("X-ClickHouse-Format").Single());
            if (head is not null) Assert.Equal(1, Encoding.UTF8.GetString(bytes).Split(head).Length - 1);
            using var inserted = await _server.Insert($"INSERT INTO one_{format} FORMAT {format}", bytes);
            Assert.True(inserted.IsSuccessStatusCode, await inserted.Content.ReadAsStringAsync());
        }

        Assert.Equal($"{Rows + 5}\t{Rows + 4}\t{Rows + 5}\n", await _server.Query($"SELECT count(), max(a), uniqExact(b) FROM one_{format}"));
        await _server.Query($"DROP TABLE one_{format}");
    }

    [Fact]
    public async Task Document_Should_EndInAnError_When_TheStatementFails()
    {
        using var early = await _server.Post("SELECT nothing FORMAT JSON");
        using var two = await _server.Post("SELECT 1; SELECT 2 FORMAT JSON");
        using var noRows = await _server.Post("SELECT throwIf(number = 5) FROM numbers(10) FORMAT JSON");
        var late = await Assert.ThrowsAsync<HttpRequestException>(() => _server.Query("SELECT number, throwIf(number = 300000) FROM numbers(1000000) FORMAT CSVWithNames"));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest, "395"), (early.StatusCode, two.StatusCode, noRows.Headers.GetValues("X-ClickHouse-Exception-Code").Single()));
        Assert.Equal(HttpRequestError.ResponseEnded, ((HttpIOException)late.GetBaseException()).HttpRequestError);
        Assert.Equal("1\n", await _server.Query("SELECT 1"));
    }

    [Fact]
    public async Task Document_Should_EndItsStatement_When_TheClientLeaves()
    {
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/?query_id=untaken_document") { Content = new StringContent("SELECT number FROM numbers(100000000000) FORMAT CSVWithNames") })
        using (var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            Assert.True(await body.ReadAsync(new byte[100]) > 0);
            Assert.Equal("1\n", await _server.Query("SELECT count() FROM system.processes WHERE query_id = 'untaken_document'"));
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _server.Query("SELECT count() FROM system.processes WHERE query_id = 'untaken_document'") != "0\n") await Task.Delay(20, limit.Token);
    }

    [Theory]
    [InlineData("gzip", DecompressionMethods.GZip)]
    [InlineData("deflate", DecompressionMethods.Deflate)]
    [InlineData("br", DecompressionMethods.Brotli)]
    public async Task Result_Should_BeCompressed_When_TheClientAsks(string coding, DecompressionMethods method)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = method }) { BaseAddress = _server.Http.BaseAddress };
        foreach (var rows in new[] { 3, 1_000_000 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/?enable_http_compression=1") { Content = new StringContent($"SELECT number FROM numbers({rows}) FORMAT RowBinary") };
            using var response = await http.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal(rows * 8, bytes.Length);
            Assert.Equal(rows - 1, BitConverter.ToInt64(bytes, bytes.Length - 8));
        }
        using var raw = new HttpRequestMessage(HttpMethod.Post, "/?enable_http_compression=1") { Content = new StringContent("SELECT 1") };
        raw.Headers.AcceptEncoding.ParseAdd(coding);
        using var coded = await _server.Http.SendAsync(raw);
        Assert.Equal([coding], coded.Content.Headers.ContentEncoding);
        using var plain = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("SELECT 1") };
        plain.Headers.AcceptEncoding.ParseAdd(coding);
        using var uncoded = await _server.Http.SendAsync(plain);
        Assert.Empty(uncoded.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Result_Should_HaveItsTrueStatus_When_TheClientWaitsForTheEnd()
    {
        const string Sql = "SELECT number, throwIf(number = 3000000) FROM numbers(5000000)";
        using var failed = await _server.Post(Sql, "wait_end_of_query=1");
        using var whole = await _server.Post("SELECT number FROM numbers(3000000) FORMAT RowBinary", "wait_end_of_query=1");

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal("395", failed.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal(24_000_000, whole.Content.Headers.ContentLength);
        Assert.Contains("\"result_rows\":\"3000000\"", whole.Headers.GetValues("X-ClickHouse-Summary").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_Should_BeInTheHeaders_When_TheClientAsks()
    {
        using var response = await _server.Post("SELECT count() FROM numbers(1000)", "send_progress_in_http_headers=1");

        Assert.Contains("\"read_rows\":\"1000\"", response.Headers.GetValues("X-ClickHouse-Progress").Single(), StringComparison.Ordinal);
    }
}
