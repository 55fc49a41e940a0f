using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Tests;

public sealed class SeriesBlockTests
{
    [Fact]
    public void Append_Should_MakeOneBlockOfAll_When_PayloadsAreJoined()
    {
        var longKey = new string('ü', 120);
        var joined = new SeriesBlock(SeriesTable.MetricPoint);
        foreach (var part in new[] { BlockOf("a", 3), BlockOf(longKey, 200), BlockOf("", 1) })
            joined.Append(part.ToPayload(), 9);
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
    public void Append_Should_JoinMapsAndMissingValues_When_RowsHaveThem()
    {
        var joined = new SeriesBlock(SeriesTable.Prediction);
        for (var group = 0; group < 3; group++)
        {
            var part = new SeriesBlock(SeriesTable.Prediction);
            for (var i = 0; i < group; i++)
                part.AddPrediction(1, 2, (group * 10) + i, i, "", i == 0 ? null : "c", i == 0 ? 0.5 : null, [.. Enumerable.Range(0, i + group).Select(n => KeyValuePair.Create($"p{n}", n / 8.0))]);
            joined.Append(part.ToPayload(), 100 + group);
        }

        using var block = Block.Decode(joined.ToNative());
        Assert.Equal([10L, 20, 21], block.Column<long>("prediction_index").ToArray());
        Assert.Equal([null, null, "c"], Enumerable.Range(0, 3).Select(row => (string?)block.Column("class").GetValue(row)));
        Assert.Equal([0.5, 0.5, null], Enumerable.Range(0, 3).Select(row => (double?)block.Column("value").GetValue(row)));
        Assert.Equal([["p0"], ["p0", "p1"], ["p0", "p1", "p2"]], block.Column<KeyValuePair<string, double>[]>("probabilities").ToArray().Select(map => map.Select(pair => pair.Key)));
        Assert.Equal([101UL, 102, 102], block.Column<ulong>("version").ToArray());
        Assert.Equal([101UL, 102, 102], block.Column<ulong>("group_id").ToArray());
    }

    [Fact]
    public void Append_Should_SayThatTheLogIsDamaged_When_APayloadIsNone()
    {
        var other = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(other, System.IO.Compression.CompressionLevel.Fastest))
            deflate.Write([1, 1, 1, (byte)'x']);
        Assert.Contains("1 columns instead of 14", Assert.Throws<InvalidDataException>(() => new SeriesBlock(SeriesTable.MetricPoint).Append(other.ToArray(), 9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_Should_SayThatTheLogIsDamaged_When_AByteOfAPayloadIsAnother()
    {
        var payload = BlockOf("a", 100).ToPayload();
        payload[^20] ^= 1;
        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => new SeriesBlock(SeriesTable.MetricPoint).Append(payload, 9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_Should_TakePayloadsOfEarlierVersions_When_TheyAreDeflated()
    {
        var deflated = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(deflated, System.IO.Compression.CompressionLevel.Fastest))
            deflate.Write(BlockOf("a", 100).ToNative());
        var joined = new SeriesBlock(SeriesTable.MetricPoint);
        joined.Append(deflated.ToArray(), 9);
        Assert.Equal(BlockOf("a", 100).ToNative(), joined.ToNative());
    }

    private static SeriesBlock BlockOf(string key, int points)
    {
        var block = new SeriesBlock(SeriesTable.MetricPoint);
        for (var i = 0; i < points; i++)
            block.AddPoint(1, new SeriesKey(2, MetricScope.Batch, key, "", 0), new SeriesPoint(new PointPosition(7, i, 1000), i == 0 ? double.NaN : i), i + 1, 9);
        return block;
    }
}
