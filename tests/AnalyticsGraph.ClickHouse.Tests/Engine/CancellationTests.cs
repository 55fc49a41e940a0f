namespace AnalyticsGraph.ClickHouse.Tests.Engine;

public sealed class CancellationTests(ClickHouseFixture engine) : IClassFixture<ClickHouseFixture>
{
    // Runs for a minute if nobody ends it, in steps in which the server can notice; the rows are wide because servers hold back the first megabyte.
    private const string Slow = "SELECT sleepEachRow(0.05), repeat('x', 1000000), repeat('y', 1000000) FROM numbers(1200)";

    [Fact]
    public async Task Query_Should_EndOnTheServer_When_ItIsCancelledBeforeItsFirstRow()
    {
        var id = Guid.NewGuid().ToString();
        using var cancel = new CancellationTokenSource();
        var running = engine.Client.QueryAsync(Query("SELECT sum(sleepEachRow(0.05)) FROM numbers(1200)", id), cancel.Token);
        await ClickHouseFixture.Until(() => Runs(id), "the query to run");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await ClickHouseFixture.Until(async () => !await Runs(id), "the query to end");
    }

    [Fact]
    public async Task Result_Should_EndOnTheServer_When_ReadingIsCancelled()
    {
        var id = Guid.NewGuid().ToString();
        using var cancel = new CancellationTokenSource();
        await using (var result = await engine.Client.QueryAsync(Query(Slow, id), CancellationToken.None))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var block in result.ReadBlocksAsync(cancel.Token))
                {
                    block.Dispose();
                    Assert.True(await Runs(id));
                    await cancel.CancelAsync();
                }
            });
        }

        await ClickHouseFixture.Until(async () => !await Runs(id), "the query to end");
    }

    [Fact]
    public async Task Result_Should_EndOnTheServer_When_ItIsDisposedEarly()
    {
        var id = Guid.NewGuid().ToString();
        await using (await engine.Client.QueryAsync(Query(Slow, id)))
            Assert.True(await Runs(id));

        await ClickHouseFixture.Until(async () => !await Runs(id), "the query to end");
    }

    [Fact]
    public async Task Query_Should_TimeOutAndEnd_When_TheServerIsSilent()
    {
        var id = Guid.NewGuid().ToString();
        var query = Query("SELECT sum(sleepEachRow(0.05)) FROM numbers(1200)", id) with { Timeout = TimeSpan.FromSeconds(0.5) };

        var error = await Assert.ThrowsAsync<ClickHouseTransportException>(() => engine.Client.QueryAsync(query));

        Assert.Contains("did not answer within 0.5 s", error.Message, StringComparison.Ordinal);
        await ClickHouseFixture.Until(async () => !await Runs(id), "the query to end");
    }

    [Theory]
    [InlineData("SELECT sum(n) FROM sent", false)]
    [InlineData("SELECT sum(sleepEachRow(1.4)) FROM sent", true)]
    public async Task Query_Should_TimeOut_When_TheServerIsSilent_ButNotWhileRowsComeThatAreSent(string sql, bool isSilent)
    {
        var timeout = TimeSpan.FromSeconds(0.5);
        var query = new ClickHouseQuery(sql)
        {
            Timeout = timeout,
            ExternalTables = [new ClickHouseExternalTable("sent", Row()) { More = RowsAsync() }],
        };

        var running = engine.Client.ReadBytesAsync(query, "CSV");

        if (isSilent)
        {
            var error = await Assert.ThrowsAsync<ClickHouseTransportException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("did not answer within 0.5 s", error.Message, StringComparison.Ordinal);
            return;
        }

        await using var result = await running;
        Assert.Equal("2\n", System.Text.Encoding.UTF8.GetString((await result.ReadAsync()).Span));

        static Block Row() => new([ClickHouseColumn.Create("n", "Int64", new long[] { 1 })]);

        // Longer than the server may take.
        async IAsyncEnumerable<Block> RowsAsync()
        {
            await Task.Delay(timeout * 2);
            yield return Row();
        }
    }

    [Fact]
    public async Task Client_Should_StillAnswer_When_ManyResultsWereAbandoned()
    {
        for (var i = 0; i < 30; i++)
        {
            await using var result = await engine.Client.QueryAsync(new ClickHouseQuery("SELECT number FROM numbers(100000000)"));
            await foreach (var block in result.ReadBlocksAsync())
            {
                block.Dispose();
                break;
            }
        }

        Assert.Equal((byte)1, await engine.Value("SELECT 1"));
    }

    private static ClickHouseQuery Query(string sql, string id) =>
        new(sql) { QueryId = id, Settings = new Dictionary<string, string> { ["max_block_size"] = "1", ["max_threads"] = "1", ["function_sleep_max_microseconds_per_block"] = "0" } };

    private async Task<bool> Runs(string id) =>
        (await engine.Column(new ClickHouseQuery("SELECT count() FROM system.processes WHERE query_id = {id:String} AND NOT is_cancelled").With("id", "String", id))).Single() is not 0UL;
}
