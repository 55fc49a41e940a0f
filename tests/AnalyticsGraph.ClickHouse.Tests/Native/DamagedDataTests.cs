using System.Buffers;

namespace AnalyticsGraph.ClickHouse.Tests.Native;

public sealed class DamagedDataTests
{
    [Fact]
    public void Decode_Should_RefuseEveryPrefix_When_TheBlockIsCutOff()
    {
        var whole = Sample();
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<ClickHouseFormatException>(() => Block.Decode(whole.AsSpan(0, length)));
    }

    [Fact]
    public void Decode_Should_Refuse_When_BytesFollow() =>
        Assert.Contains("1 bytes follow", Assert.Throws<ClickHouseFormatException>(() => Block.Decode([.. Sample(), 0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Decode_Should_NeitherCrashNorAskForMuchMemory_When_BytesAreChanged()
    {
        var whole = Sample();
        var random = new Random(7);
        var most = 0L;
        for (var round = 0; round < 3000; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var change = 0; change <= round % 3; change++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Block.Decode(damaged).Dispose();
            }
            catch (ClickHouseFormatException)
            {
                // The only allowed failure.
            }
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        // A declared size is not believed before its data came.
        Assert.InRange(most, 0, 40_000_000);
    }

    private static byte[] Sample()
    {
        using var block = new Block([
            ClickHouseColumn.Create("id", "Int64", [1L, 2L, 3L]),
            ClickHouseColumn.Create("name", "String", ["a", "", "tab\t"]),
            ClickHouseColumn.Create<string?>("label", "LowCardinality(Nullable(String))", ["x", null, "x"]),
            ClickHouseColumn.FromObjects("list", "Array(Nullable(Float64))", [new object?[] { 1.5, null }, Array.Empty<object>(), new[] { double.NaN }]),
            ClickHouseColumn.FromObjects("map", "Map(String, UInt8)", [new Dictionary<string, int> { ["k"] = 1 }, new Dictionary<string, int>(), new Dictionary<string, int>()]),
        ]);
        var bytes = new ArrayBufferWriter<byte>();
        block.Encode(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
