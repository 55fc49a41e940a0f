namespace AnalyticsGraph.ClickHouse.Tests.Engine;

/// <summary>Nothing else may allocate while these count.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

[Collection("alone")]
public sealed class MemoryTests(ClickHouseFixture engine) : IClassFixture<ClickHouseFixture>
{
    [Fact]
    public async Task Result_Should_TakeConstantMemory_When_ItIsLarge()
    {
        async Task<long> Read(long rows)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await using var result = await engine.Client.QueryAsync(new ClickHouseQuery($"SELECT number, toFloat64(number) AS f FROM numbers({rows})"));
            await foreach (var block in result.ReadBlocksAsync())
                block.Dispose();
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        await Read(1_000_000);
        var allocated = await Read(20_000_000); // 320 MB on the wire

        Assert.InRange(allocated, 0, 32_000_000);
    }

    [Fact]
    public async Task Insert_Should_TakeConstantMemory_When_ManyBlocksAreStreamed()
    {
        await engine.Do("CREATE TABLE sink (id UInt64, value Float64) ENGINE = Null");
        var block = new Block([ClickHouseColumn.Create("id", "UInt64", new ulong[100_000]), ClickHouseColumn.Create("value", "Float64", new double[100_000])]);
        async IAsyncEnumerable<Block> Blocks(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await Task.Yield();
                yield return block;
            }
        }

        await engine.Client.InsertAsync(new ClickHouseInsert("sink"), Blocks(5));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await engine.Client.InsertAsync(new ClickHouseInsert("sink"), Blocks(100)); // 160 MB on the wire

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16_000_000);
    }
}
