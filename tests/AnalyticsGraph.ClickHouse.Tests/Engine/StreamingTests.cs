namespace AnalyticsGraph.ClickHouse.Tests.Engine;

public sealed class StreamingTests(ClickHouseFixture engine) : IClassFixture<ClickHouseFixture>
{
    [Theory]
    [InlineData(ClickHouseCompression.None)]
    [InlineData(ClickHouseCompression.Gzip)]
    [InlineData(ClickHouseCompression.Lz4)]
    public async Task Result_Should_ComeWhole_When_ItHasManyBlocks(ClickHouseCompression compression)
    {
        await using var client = new ClickHouseClient(engine.Options with { Compression = compression });
        var (rows, sum, length) = (0L, 0UL, 0L);
        await using (var result = await client.QueryAsync(new ClickHouseQuery("SELECT number, toString(number) AS text, toFloat64(number) AS f FROM numbers(1000000)")))
        {
            Assert.Equal(["number UInt64", "text String", "f Float64"], result.Columns.Select(column => $"{column.Name} {column.Type}"));
            await foreach (var block in result.ReadBlocksAsync())
            {
                using (block)
                {
                    rows += block.RowCount;
                    foreach (var value in block.Column<ulong>("number").Values)
                        sum += value;
                    var texts = (ClickHouseStringColumn)block.Column("text");
                    for (var row = 0; row < block.RowCount; row++)
                        length += texts.Utf8(row).Length;
                    Assert.Equal(block.Column<ulong>("number")[0], block.Column<double>("f")[0]);
                }
            }
        }

        Assert.Equal((1_000_000L, 499_999_500_000UL, 5_888_890L), (rows, sum, length));
    }

    [Theory]
    [InlineData(ClickHouseCompression.None)]
    [InlineData(ClickHouseCompression.Gzip)]
    [InlineData(ClickHouseCompression.Lz4)]
    public async Task Insert_Should_StreamBlocks_When_TheyComeOneByOne(ClickHouseCompression compression)
    {
        await using var client = new ClickHouseClient(engine.Options with { Compression = compression });
        var table = "stream_" + compression;
        await engine.Do($"CREATE TABLE {table} (id UInt64, label LowCardinality(String), value Nullable(Float64), extra UInt8 DEFAULT 7) ENGINE = MergeTree ORDER BY id");
        async IAsyncEnumerable<Block> Blocks()
        {
            for (var part = 0; part < 5; part++)
            {
                await Task.Yield();
                var first = part * 100_000;
                yield return new Block([
                    ClickHouseColumn.Create("id", "UInt64", [.. Enumerable.Range(first, 100_000).Select(i => (ulong)i)]),
                    ClickHouseColumn.Create("label", "LowCardinality(String)", [.. Enumerable.Range(first, 100_000).Select(i => "l" + (i % 3))]),
                    ClickHouseColumn.Create<double?>("value", "Nullable(Float64)", [.. Enumerable.Range(first, 100_000).Select(i => i % 2 == 0 ? null : (double?)i)]),
                ]);
            }
        }

        var summary = await client.InsertAsync(new ClickHouseInsert(table), Blocks());

        Assert.Equal(500_000, summary.WrittenRows);
        Assert.Equal([(object?)500_000UL, 124_999_750_000UL, 250_000UL, 62_500_000_000.0, 3UL, 3_500_000UL],
            (object?[])(await engine.Value($"SELECT (count(), sum(id), count(value), sum(value), uniqExact(label), sum(extra)) FROM {table}"))!);
    }

    [Fact]
    public async Task Insert_Should_ThrowTheSourcesError_When_TheSourceFails()
    {
        await engine.Do("CREATE TABLE broken_source (id UInt64) ENGINE = MergeTree ORDER BY id");
        static async IAsyncEnumerable<Block> Blocks()
        {
            await Task.Yield();
            yield return new Block([ClickHouseColumn.Create("id", "UInt64", [1UL])]);
            throw new InvalidOperationException("the source broke");
        }

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.InsertAsync(new ClickHouseInsert("broken_source"), Blocks()));

        Assert.Equal("the source broke", error.Message);
    }

    [Fact]
    public async Task Insert_Should_DoNothing_When_ThereAreNoBlocks()
    {
        await engine.Do("CREATE TABLE nothing_in (id UInt64) ENGINE = Memory");
        static async IAsyncEnumerable<Block> Blocks()
        {
            await Task.Yield();
            yield break;
        }

        Assert.Equal(0, (await engine.Client.InsertAsync(new ClickHouseInsert("nothing_in"), Blocks())).WrittenRows);
    }

    [Fact]
    public async Task Insert_Should_WriteOnce_When_TheTokenIsRepeated()
    {
        await engine.Do("CREATE TABLE once (id UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100, fsync_after_insert = 1");
        using var block = new Block([ClickHouseColumn.Create("id", "UInt64", [1UL, 2UL])]);
        var insert = new ClickHouseInsert("once") { DeduplicationToken = "t'1&" };

        await engine.Client.InsertAsync(insert, block);
        await engine.Client.InsertAsync(insert, block);
        await engine.Client.InsertAsync(insert with { DeduplicationToken = "t2" }, block);

        Assert.Equal(4UL, await engine.Value("SELECT count() FROM once"));
    }

    [Fact]
    public async Task Result_Should_HaveNoBlocks_When_ThereAreNoRows()
    {
        await using var result = await engine.Client.QueryAsync(new ClickHouseQuery("SELECT 1 WHERE 0"));
        var blocks = 0;
        await foreach (var block in result.ReadBlocksAsync())
            blocks += block.RowCount;

        Assert.Equal((0, 0), (blocks, result.Columns.Count));
    }

    [Fact]
    public async Task ReadColumn_Should_GiveOneArray_When_TheResultIsSmall()
    {
        await using var result = await engine.Client.QueryAsync(new ClickHouseQuery("SELECT number AS n FROM numbers(5)") { QueryId = "my-id-" + Guid.NewGuid() });

        Assert.StartsWith("my-id-", result.QueryId, StringComparison.Ordinal);
        var numbers = await result.ReadColumnAsync<ulong>("n");
        Assert.Equal([0UL, 1, 2, 3, 4], numbers);
    }
}
