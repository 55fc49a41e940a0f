using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary><c>Run.series</c> of a real run of 1,200 steps, held against the dump.</summary>
[Collection("sample")]
public sealed class SeriesTests(SampleServer sample)
{
    private const string Uuid = "014143a532d3472c96d7de1ad387da80";
    private static readonly (long Step, long Time, double Value)[] Points = [.. SampleDump.Rows("metrics")
        .Where(row => row["run_uuid"] == Uuid && row["key"] == "train/loss")
        .Select(row => (long.Parse(row["step"]!, CultureInfo.InvariantCulture), long.Parse(row["timestamp"]!, CultureInfo.InvariantCulture), SampleDump.TrueValue(row)))
        .OrderBy(point => point.Item1).ThenBy(point => point.Item2)];

    [Fact]
    public async Task Series_Should_HaveEveryPoint_When_NothingIsThinned()
    {
        var series = await AskAsync("", "count exact steps times values smoothed buckets { counts } nonFinite { count }");

        Assert.Equal((1200L, true, 0L), (series.GetProperty("count").GetInt64(), series.GetProperty("exact").GetBoolean(), series.At("nonFinite.count").GetInt64()));
        Assert.Equal(Points, Columns(series));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (series.GetProperty("smoothed").ValueKind, series.GetProperty("buckets").ValueKind));
    }

    [Fact]
    public async Task Series_Should_HaveTheWindow_When_ItIsBounded()
    {
        var series = await AskAsync(", from: 100, to: 249", "count steps times values");

        Assert.Equal(150, series.GetProperty("count").GetInt64());
        Assert.Equal(Points.Where(point => point.Step is >= 100 and <= 249), Columns(series));
    }

    [Theory]
    [InlineData("lttb", 200)]
    [InlineData("minMax", 200)]
    public async Task Series_Should_KeepRealPoints_When_ThinnedForAChart(string method, int points)
    {
        var series = await AskAsync($", sample: {{{method}: {{points: {points}}}}}", "count exact steps times values");

        var kept = Columns(series);
        Assert.Equal(1200, series.GetProperty("count").GetInt64());
        Assert.InRange(kept.Count, points / 2, points);
        Assert.Subset(Points.ToHashSet(), kept.ToHashSet());
        Assert.Equal(kept.OrderBy(point => point.Step), kept);
        if (method == "lttb")
        {
            Assert.Equal((Points[0], Points[^1]), (kept[0], kept[^1]));
        }
        else
        {
            Assert.Contains(Points.MinBy(point => point.Value), kept);
            Assert.Contains(Points.MaxBy(point => point.Value), kept);
        }
    }

    [Fact]
    public async Task Series_Should_SummarizeEachBucket_When_AWidthIsGiven()
    {
        var series = await AskAsync(", sample: {bucket: {width: 100}}", "steps times values buckets { lastSteps counts nanCounts min max mean }");

        var buckets = Points.GroupBy(point => point.Step / 100).Select(bucket => bucket.ToArray()).ToArray();
        Assert.Equal(buckets.Select(bucket => (bucket[0].Step, bucket[0].Time)), Columns(series).Select(point => (point.Step, point.Time)));
        Assert.Equal(buckets.Select(bucket => bucket[^1].Step), Longs(series, "buckets.lastSteps"));
        Assert.Equal(buckets.Select(bucket => (long)bucket.Length), Longs(series, "buckets.counts"));
        Assert.All(Longs(series, "buckets.nanCounts"), count => Assert.Equal(0, count));
        Assert.Equal(buckets.Select(bucket => bucket.Min(point => point.Value)), Doubles(series, "buckets.min"));
        Assert.Equal(buckets.Select(bucket => bucket.Max(point => point.Value)), Doubles(series, "buckets.max"));
        Assert.All(buckets.Select(bucket => bucket.Average(point => point.Value)).Zip(Doubles(series, "buckets.mean")), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Equal(Doubles(series, "buckets.mean"), Doubles(series, "values"));
    }

    [Fact]
    public async Task Series_Should_HaveAtMostSoManyBuckets_When_PointsAreGiven()
    {
        var series = await AskAsync(", sample: {bucket: {points: 7}}", "steps buckets { counts }");

        Assert.InRange(series.GetProperty("steps").GetArrayLength(), 1, 7);
        Assert.Equal(1200, Longs(series, "buckets.counts").Sum());
    }

    [Fact]
    public async Task Series_Should_HaveItsEnd_When_TheLastPointsAreAsked()
    {
        var series = await AskAsync(", sample: {last: {points: 10}}", "count steps times values");

        Assert.Equal(Points[^10..], Columns(series));
        Assert.Equal(1200, series.GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task Series_Should_BeSmoothedOverAllPoints_When_ItIsThinnedToo()
    {
        var ema = await AskAsync(", sample: {last: {points: 5}}, smoothing: {ema: {alpha: 0.1}}", "values smoothed");
        var mean = await AskAsync(", sample: {last: {points: 5}}, smoothing: {movingAverage: {window: 4}}", "smoothed");

        var (sum, weight) = (0d, 0d);
        foreach (var point in Points)
        {
            (sum, weight) = ((0.9 * sum) + (0.1 * point.Value), (0.9 * weight) + 0.1);
        }

        Assert.Equal(sum / weight, Doubles(ema, "smoothed")[^1], 1e-9);
        Assert.Equal(Points[^5..].Select(point => point.Value), Doubles(ema, "values"));
        Assert.Equal(Points[^4..].Average(point => point.Value), Doubles(mean, "smoothed")[^1], 1e-9);
    }

    [Fact]
    public async Task Series_Should_BeEmpty_When_TheKeyWasNeverLogged()
    {
        var data = await sample.Server.RunAsync($"{{ run(uuid: \"{Uuid}\") {{ series(key: \"nothing\", sample: {{lttb: {{points: 10}}}}) {{ count exact steps values }} }} }}");

        Assert.Equal("""{"count":0,"exact":true,"steps":[],"values":[]}""", data.At("run.series").GetRawText());
    }

    [Theory]
    [InlineData("sample: {lttb: {points: 1}}", "BAD_USER_INPUT", "sample.lttb.points")]
    [InlineData("sample: {lttb: {points: 100001}}", "BAD_USER_INPUT", "100000")]
    [InlineData("sample: {minMax: {points: -5}}", "BAD_USER_INPUT", "sample.minMax.points")]
    [InlineData("sample: {bucket: {width: 0}}", "BAD_USER_INPUT", "sample.bucket.width")]
    [InlineData("sample: {bucket: {points: 0}}", "BAD_USER_INPUT", "sample.bucket.points")]
    [InlineData("sample: {last: {points: 0}}", "BAD_USER_INPUT", "sample.last.points")]
    [InlineData("from: 5, to: 4", "BAD_USER_INPUT", "from")]
    [InlineData("smoothing: {movingAverage: {window: 0}}", "BAD_USER_INPUT", "window")]
    [InlineData("smoothing: {ema: {alpha: 0}}", "BAD_USER_INPUT", "alpha")]
    [InlineData("smoothing: {ema: {alpha: 0.5, halfLife: 3}}", "BAD_USER_INPUT", "halfLife")]
    [InlineData("smoothing: {ema: {}}", "BAD_USER_INPUT", "alpha")]
    [InlineData("smoothing: {ema: {halfLife: -1}}", "BAD_USER_INPUT", "halfLife")]
    [InlineData("sample: {}", "GRAPHQL_VALIDATION_FAILED", "exactly one")]
    [InlineData("sample: {lttb: {points: 5}, last: {points: 5}}", "GRAPHQL_VALIDATION_FAILED", "exactly one")]
    [InlineData("from: 9223372036854775808", "GRAPHQL_VALIDATION_FAILED", "64-bit")]
    [InlineData("scope: NOWHERE", "GRAPHQL_VALIDATION_FAILED", "NOWHERE")]
    public async Task Series_Should_SayWhatFits_When_AnArgumentDoesNot(string arguments, string code, string named)
    {
        var answer = await sample.Server.AskAsync($"{{ run(uuid: \"{Uuid}\") {{ series(key: \"train/loss\", {arguments}) {{ count }} }} }}");

        Assert.Equal([code], answer.Codes);
        Assert.Contains(named, answer.Message, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<JsonElement> AskAsync(string arguments, string selection) =>
        (await sample.Server.RunAsync($"{{ run(uuid: \"{Uuid}\") {{ series(key: \"train/loss\"{arguments}) {{ {selection} }} }} }}")).At("run.series");

    private static List<(long Step, long Time, double Value)> Columns(JsonElement series) =>
        [.. Longs(series, "steps").Zip(series.GetProperty("times").EnumerateArray().Select(time => time.GetDateTimeOffset().ToUnixTimeMilliseconds()), Doubles(series, "values"))];

    private static List<long> Longs(JsonElement series, string path) => [.. series.At(path).EnumerateArray().Select(value => value.GetInt64())];

    private static List<double> Doubles(JsonElement series, string path) => [.. series.At(path).EnumerateArray().Select(value => value.AsDouble())];
}
