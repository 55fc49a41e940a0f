namespace AnalyticsGraph.ClickHouse.Tests.Engine;

public sealed class RetryTests(ClickHouseFixture engine) : IClassFixture<ClickHouseFixture>
{
    [Fact]
    public async Task Query_Should_BeRepeated_When_TheAnswerToAReadIsLost()
    {
        await using var proxy = new CuttingProxy(engine.Options.Socket!);
        await using var client = Client(proxy);
        proxy.CutAnswers(2, afterBytes: 0);

        await using var result = await client.QueryAsync(new ClickHouseQuery("SELECT 7 AS x"));

        Assert.Equal((byte)7, Assert.Single(await result.ReadColumnAsync<byte>("x")));
        Assert.Equal(3, proxy.Connections);
    }

    [Fact]
    public async Task Execute_Should_NotBeRepeated_When_TheAnswerToAWriteIsLost()
    {
        await engine.Do("CREATE TABLE single (x UInt8) ENGINE = Memory");
        await using var proxy = new CuttingProxy(engine.Options.Socket!);
        await using var client = Client(proxy);
        proxy.CutAnswers(1, afterBytes: 0);

        var error = await Assert.ThrowsAsync<ClickHouseTransportException>(() => client.ExecuteAsync(new ClickHouseQuery("INSERT INTO single SELECT 1")));

        Assert.False(error.WasNotSent);
        Assert.Contains("Whether the statement ran is unknown", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, proxy.Connections);
    }

    [Fact]
    public async Task Insert_Should_BeRepeatedAndCountOnce_When_ItHasAToken()
    {
        await engine.Do("CREATE TABLE tokens (x UInt64) ENGINE = MergeTree ORDER BY x SETTINGS non_replicated_deduplication_window = 10");
        await using var proxy = new CuttingProxy(engine.Options.Socket!);
        await using var client = Client(proxy);
        proxy.CutAnswers(1, afterBytes: 0);
        using var block = new Block([ClickHouseColumn.Create("x", "UInt64", [1UL, 2UL])]);

        await client.InsertAsync(new ClickHouseInsert("tokens") { DeduplicationToken = "a" }, block);

        Assert.Equal(2, proxy.Connections);
        Assert.Equal(2UL, await engine.Value("SELECT count() FROM tokens"));
    }

    [Fact]
    public async Task Insert_Should_NotBeRepeated_When_ItHasNoToken()
    {
        await engine.Do("CREATE TABLE tokenless (x UInt64) ENGINE = Memory");
        await using var proxy = new CuttingProxy(engine.Options.Socket!);
        await using var client = Client(proxy);
        proxy.CutAnswers(1, afterBytes: 0);
        using var block = new Block([ClickHouseColumn.Create("x", "UInt64", [1UL])]);

        await Assert.ThrowsAsync<ClickHouseTransportException>(() => client.InsertAsync(new ClickHouseInsert("tokenless"), block));

        Assert.Equal(1, proxy.Connections);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task Result_Should_SayThatItIsNotWhole_When_TheConnectionBreaksInMidStream(long bytes)
    {
        await using var proxy = new CuttingProxy(engine.Options.Socket!);
        await using var client = Client(proxy);
        proxy.CutAnswers(1, bytes);

        var error = await Assert.ThrowsAsync<ClickHouseTransportException>(async () =>
        {
            await using var result = await client.QueryAsync(new ClickHouseQuery("SELECT number FROM numbers(10000000)"));
            await foreach (var block in result.ReadBlocksAsync())
                block.Dispose();
        });

        Assert.Contains("in the middle of the result", error.Message, StringComparison.Ordinal);
    }

    private ClickHouseClient Client(CuttingProxy proxy) => new(engine.Options with { Socket = null, Host = "127.0.0.1", Port = proxy.Port, Retries = 2 });
}
