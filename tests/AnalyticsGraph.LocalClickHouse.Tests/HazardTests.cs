using System.Diagnostics;
using System.Net;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>Hazards of the library as the host's clients would meet them, each by its number in the design.</summary>
[Collection(SharedServerTests.Name)]
public sealed class HazardTests(SharedServer shared)
{
    private readonly LocalServer _server = shared.Server;

    [Theory]
    [InlineData("SELECT * FROM system.stack_trace")]
    [InlineData("SELECT * FROM system . `stack_trace`")]
    [InlineData("INSERT INTO t SELECT 1 FROM \"system\".\"stack_trace\"")]
    public async Task Hazard2_StackTrace_Should_BeRefused(string sql)
    {
        using var response = await _server.Post(sql);

        Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
    }

    [Fact]
    public async Task Hazard3_Result_Should_NotBeginWithRowsOfAFailedStatement()
    {
        for (var i = 0; i < 20; i++)
        {
            using var failed = await _server.Post("SELECT number FROM numbers(100000) WHERE throwIf(number = 99999) = 0 FORMAT TSV", "wait_end_of_query=1");
            Assert.Equal("395", failed.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
            using var failedToo = await _server.Post("INSERT INTO FUNCTION null('a UInt64') SELECT throwIf(number = 9) FROM numbers(10)");
            Assert.Equal("mine\n", await _server.Query("SELECT 'mine'"));
        }
    }

    [Fact]
    public async Task Hazard4_ConcurrentRequests_Should_KeepTheirOwnParametersAndResults()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            (Expected: $"{i}\t{i * 1000}\n", Answer: await _server.Query("SELECT {n:UInt32}, (SELECT count() FROM numbers({n:UInt32} * 1000))", $"param_n={i}"))));

        Assert.All(answers, a => Assert.Equal(a.Expected, a.Answer));
    }

    [Fact]
    public async Task Hazard4_Request_Should_BeToldOfTooManyOthers_When_NoConnectionBecomesFree()
    {
        using var server = LocalServer.Start("--max-connections", "1", "--queue-timeout", "0");
        var busy = server.Query("SELECT sleep(1.5)");
        for (var busyOnes = 0; busyOnes < 5;)
        {
            using var response = await server.Post("SELECT 1");
            if (!response.IsSuccessStatusCode)
            {
                Assert.Equal("202", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
                Assert.Contains("(TOO_MANY_SIMULTANEOUS_QUERIES)", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                Assert.Equal("0\n", await busy);
                return;
            }
            if (!busy.IsCompleted) continue;
            // It was the one turned away.
            busyOnes++;
            busy = server.Query("SELECT sleep(1.5)");
        }
        Assert.Fail("No request was turned away while the only connection was busy.");
    }

    [Fact]
    public async Task Hazard5_Statement_Should_End_When_ItsClientGoesAway()
    {
        using var gone = new CancellationTokenSource();
        var request = _server.Http.PostAsync("/?query_id=left-alone", new StringContent("SELECT max(sipHash64(number)) FROM system.numbers"), gone.Token);
        await Until(async () => await Running("left-alone"));

        var watch = Stopwatch.StartNew();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Until(async () => !await Running("left-alone"));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Hazard5_Statement_Should_End_When_ItIsKilledByItsId()
    {
        var request = _server.Post("SELECT max(sipHash64(number)) FROM system.numbers", "query_id=it's to be killed");
        await Until(async () => await Running("it\\'s to be killed"));

        await _server.Query("KILL QUERY WHERE query_id = 'another'");
        Assert.StartsWith("finished\t", await _server.Query("KILL QUERY WHERE query_id = 'it\\'s to be killed' SYNC"), StringComparison.Ordinal);

        using var response = await request;
        Assert.Equal("394", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task Hazard5_OlderStatement_Should_End_When_ANewOneReplacesIt()
    {
        var older = _server.Post("SELECT max(sipHash64(number)) FROM system.numbers", "query_id=replaced");
        await Until(async () => await Running("replaced"));

        using var refused = await _server.Post("SELECT 1", "query_id=replaced");
        Assert.Equal("216", refused.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal("1\n", await _server.Query("SELECT 1", "query_id=replaced&replace_running_query=1"));

        using var response = await older;
        Assert.Equal("394", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Theory]
    [InlineData("RowBinary")]
    [InlineData("Native")]
    public async Task Hazard6_BinaryRows_Should_KeepTheirBlankLines(string format)
    {
        await _server.Query($"CREATE TABLE blank_{format} (s String) ORDER BY s");
        const string Select = "SELECT concat('\\n\\n;', toString(number), '\\n\\n') AS s FROM numbers(1000)";
        var data = await (await _server.Post($"{Select} FORMAT {format}")).Content.ReadAsByteArrayAsync();

        using var inUrl = await _server.Insert($"INSERT INTO blank_{format} FORMAT {format}", data);
        using var inBody = await _server.Http.PostAsync("/", new ByteArrayContent([.. Encoding.ASCII.GetBytes($"INSERT INTO blank_{format} FORMAT {format}\n"), .. data]));

        Assert.Equal(HttpStatusCode.OK, inUrl.StatusCode);
        Assert.Equal(HttpStatusCode.OK, inBody.StatusCode);
        Assert.Equal("2000\t0\n", await _server.Query($"SELECT count(), countIf(s NOT IN ({Select})) FROM blank_{format}"));
    }

    [Fact]
    public async Task Hazard6_OneNativeBlock_Should_BecomeOnePart()
    {
        await _server.Query("CREATE TABLE parts (a UInt64) ORDER BY a");
        var block = await (await _server.Post("SELECT number AS a FROM numbers(500000) FORMAT Native", "max_block_size=500000")).Content.ReadAsByteArrayAsync();

        using var response = await _server.Insert("INSERT INTO parts FORMAT Native", block);

        Assert.Equal("1\t500000\n", await _server.Query("SELECT count(), sum(rows) FROM system.parts WHERE table = 'parts' AND active"));
    }

    [Fact]
    public async Task Hazard7_LargeIdSets_Should_ComeAsExternalData()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i * 2}\n"))), "ids", "ids.tsv" },
            { new ByteArrayContent([3, 0, 0, 0, 1, (byte)'x']), "pairs", "pairs.bin" },
        };
        const string Sql = "SELECT count(), (SELECT groupArray((_1, _2)) FROM pairs) FROM numbers(1000000) WHERE number IN (SELECT id FROM ids)";

        using var response = await _server.Http.PostAsync($"/?query={Uri.EscapeDataString(Sql)}&ids_structure=id+UInt64&pairs_types=UInt32,String&pairs_format=RowBinary&readonly=1", form);

        Assert.Equal("100000\t[(3,'x')]\n", await response.Content.ReadAsStringAsync());
        using var after = await _server.Post("SELECT count() FROM ids");
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    [Fact]
    public async Task Hazard8_SecondProcess_Should_BeToldThatTheDirectoryIsInUse()
    {
        var data = Directory.CreateTempSubdirectory("lch").FullName;
        using var first = LocalServer.StartOn(data);

        var (code, _, errors) = await LocalServer.RunToEnd("--path", data, "--lib", Libchdb.Path, "--http", "127.0.0.1:0");

        Assert.Equal((int)ExitCode.DataDirectoryLocked, code);
        Assert.Contains("in use by another process", errors, StringComparison.Ordinal);
        first.Kill();
        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2", "62")]
    [InlineData("CREATE TABLE multi (a Int8) ORDER BY a; DROP TABLE multi", "62")]
    [InlineData("SELECT 1 INTO OUTFILE 'here'", "48")]
    [InlineData("INSERT INTO t FROM INFILE 'there' FORMAT CSV", "48")]
    public async Task Hazard8_TextsBeyondOneStatement_Should_BeRefused(string sql, string code)
    {
        using var response = await _server.Post(sql);

        Assert.Equal(code, response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task Hazard9_MemoryAndCaches_Should_FollowMaxMemory()
    {
        Assert.Equal("1000000000\n", await _server.Query("SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'"));
        var caches = await _server.Query("SELECT sum(toUInt64(value)) FROM system.server_settings WHERE match(name, 'cache_size(_bytes)?$') AND name != 'compiled_expression_cache_elements_size'");
        Assert.InRange(long.Parse(caches), 1, 300_000_000);

        using var response = await _server.Post("SELECT length(groupArray(number)) FROM numbers(1000000000)");
        Assert.Equal("241", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal("1\n", await _server.Query("SELECT 1"));
    }

    [Fact]
    public async Task Hazard10_AcknowledgedRows_Should_SurviveAKillAndBeThereOnce_When_TheyAreSentAgain()
    {
        var data = Directory.CreateTempSubdirectory("lch").FullName;
        using (var server = LocalServer.StartOn(data))
        {
            await server.Query("CREATE TABLE points (a UInt64) ORDER BY a SETTINGS fsync_after_insert = 1, non_replicated_deduplication_window = 100");
            for (var i = 0; i < 3; i++) (await server.Insert("INSERT INTO points FORMAT CSV", Encoding.ASCII.GetBytes($"{i}\n"), $"insert_deduplication_token=t{i}")).EnsureSuccessStatusCode().Dispose();
            server.Kill();
        }
        using (var server = LocalServer.StartOn(data))
        {
            for (var i = 0; i < 4; i++) (await server.Insert("INSERT INTO points FORMAT CSV", Encoding.ASCII.GetBytes($"{i}\n"), $"insert_deduplication_token=t{i}")).EnsureSuccessStatusCode().Dispose();
            Assert.Equal("[0,1,2,3]\n", await server.Query("SELECT groupArray(a) FROM (SELECT a FROM points ORDER BY a)"));
            Assert.Equal((int)ExitCode.Success, await server.Stop());
        }
        Directory.Delete(data, recursive: true);
    }

    private async Task<bool> Running(string id) => await _server.Query($"SELECT count() FROM system.processes WHERE query_id = '{id}'") != "0\n";

    private static async Task Until(Func<Task<bool>> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), "It did not come to pass within ten seconds.");
        }
    }
}
