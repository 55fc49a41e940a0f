using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Tests;

public sealed class PointBlockTests
{
    [Fact]
    public void Append_Should_MakeOneBlockOfAll_When_PayloadsAreJoined()
    {
        var longKey = new string('ü', 120);
        var joined = new PointBlock();
        foreach (var part in new[] { BlockOf("a", 3), BlockOf(longKey, 200), BlockOf("", 1) })
            joined.Append(part.ToPayload(), (int)part.Bytes);
        using var block = Block.Decode(joined.ToNative());
        Assert.Equal(204, block.RowCount);
        Assert.Equal(204, joined.Count);
        Assert.Equal(Enumerable.Repeat("a", 3).Concat(Enumerable.Repeat(longKey, 200)).Append(""), block.Column<string>("key").ToArray());
        Assert.Equal([0L, 1, 2], block.Column<long>("step").ToArray().Take(3));
        Assert.True(double.IsNaN(block.Column<double>("value")[0]));
        Assert.Equal("BATCH", block.Column<string>("scope")[0]);
        Assert.Equal(9UL, block.Column<ulong>("group_id")[203]);
    }

    [Fact]
    public void Append_Should_SayThatTheLogIsDamaged_When_APayloadIsNone()
    {
        var other = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(other, System.IO.Compression.CompressionLevel.Fastest))
            deflate.Write([1, 1, 1, (byte)'x']);
        Assert.Contains("1 columns instead of 14", Assert.Throws<InvalidDataException>(() => new PointBlock().Append(other.ToArray(), 4)).Message, StringComparison.Ordinal);
    }

    private static PointBlock BlockOf(string key, int points)
    {
        var block = new PointBlock();
        for (var i = 0; i < points; i++)
            block.Add(1, new SeriesKey(2, MetricScope.Batch, key, "", 0), new SeriesPoint(new PointPosition(7, i, 1000), i == 0 ? double.NaN : i), i + 1, 9);
        return block;
    }
}
