using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Analytics.Tests.Series;

/// <summary>The series statement on real points, held against brute force.</summary>
public sealed class SeriesSqlTests(EngineFixture engines) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private const SeriesFields Everything = SeriesFields.Points | SeriesFields.Count | SeriesFields.NonFinite;
    private static readonly Smoothing OfTen = Smoothing.From(new(new KeyValuePair<string, object?>("movingAverage", new GraphQL.Execution.ArgumentValues(new KeyValuePair<string, object?>("window", 10)))))!;
    private ClickHouseClient _client = null!;

    public async Task InitializeAsync() => _client = await PointTable.CreateAsync(engines);

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Fact]
    public async Task None_Should_ReturnEveryPointInOrder()
    {
        var series = RandomSeries(1, 3000, special: true);
        await Insert(1, 1, "loss", series);

        var answer = await Ask(new SeriesRequest("loss", "", "RUN", 0, null, null, default, default, null), Everything, Run(1, 1, series));

        Assert.Equal(Columns(series), Columns(answer.Points));
        Assert.Equal(3000, answer.Totals[0]);
        Assert.Equal(Columns(series.Where(p => !double.IsFinite(p.Value))), Columns(answer.NonFinite));
    }

    [Fact]
    public async Task Window_Should_BoundPointsAndCount()
    {
        var series = RandomSeries(2, 500, special: false);
        await Insert(1, 2, "loss", series);
        var inside = series.Where(p => p.Step is >= 100 and <= 250).ToArray();

        var answer = await Ask(new SeriesRequest("loss", "", "RUN", 0, 100, 250, default, default, null), Everything, Run(1, 2, series));

        Assert.Equal(Columns(inside), Columns(answer.Points));
        Assert.Equal(inside.Length, answer.Totals[0]);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(10, 4)]
    [InlineData(777, 33)]
    [InlineData(5000, 100)]
    [InlineData(5000, 9000)]
    public async Task MinMax_Should_KeepTheExtremesOfEachBucket(int count, int points)
    {
        var run = 100 + count + points;
        var series = RandomSeries(run, count, special: true);
        await Insert(1, run, "loss", series);

        var answer = await Ask(Request(new Sampling(SamplingKind.MinMax, points)), Everything, Run(1, run, series));

        Assert.Equal(Columns(ReferenceThinning.MinMax(series, points)), Columns(answer.Points));
        Assert.Equal(Columns(series.Where(p => !double.IsFinite(p.Value))), Columns(answer.NonFinite));
    }

    [Fact]
    public async Task Last_Should_KeepTheEndOfTheSeries()
    {
        var series = RandomSeries(3, 400, special: true);
        await Insert(1, 3, "loss", series);

        var answer = await Ask(Request(new Sampling(SamplingKind.Last, 25)), Everything, Run(1, 3, series));

        Assert.Equal(Columns(series.Where(p => double.IsFinite(p.Value)).TakeLast(25)), Columns(answer.Points));
    }

    [Fact]
    public async Task Bucket_Should_SummarizeSteps_When_AWidthIsGiven()
    {
        var series = RandomSeries(4, 1000, special: true, firstStep: -37);
        await Insert(1, 4, "loss", series);
        var expected = series.GroupBy(p => (long)Math.Floor(p.Step / 50.0) * 50).OrderBy(b => b.Key).ToArray();

        var answer = await Ask(Request(new Sampling(SamplingKind.Bucket, Width: 50)), Everything, Run(1, 4, series));

        var points = answer.Points;
        Assert.Equal(expected.Select(b => b.Key), points.Steps.Take(points.Count));
        Assert.Equal(expected.Select(b => b.Max(p => p.Step)), points.LastSteps.Take(points.Count));
        Assert.Equal(expected.Select(b => b.LongCount()), points.Counts.Take(points.Count));
        Assert.Equal(expected.Select(b => b.LongCount(p => double.IsNaN(p.Value))), points.NaNs.Take(points.Count));
        Assert.Equal(expected.Select(b => b.Where(p => double.IsFinite(p.Value)).Min(p => p.Value)), points.Lows.Take(points.Count));
        Assert.Equal(expected.Select(b => b.Where(p => double.IsFinite(p.Value)).Max(p => p.Value)), points.Highs.Take(points.Count));
        Assert.All(
            expected.Select(b => b.Where(p => double.IsFinite(p.Value)).Average(p => p.Value)).Zip(points.Values),
            pair => Assert.Equal(pair.First, pair.Second, 1e-9 * Math.Max(1, Math.Abs(pair.First))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lttb_Should_ChooseRealPoints_WithBothEndsKept(bool times)
    {
        var run = times ? 5 : 6;
        var series = RandomSeries(run, 5000, special: false);
        await Insert(1, run, "loss", series);

        var fields = SeriesFields.Steps | SeriesFields.Values | (times ? SeriesFields.Times : SeriesFields.None);
        var answer = await Ask(Request(new Sampling(SamplingKind.Lttb, 200)), fields, Run(1, run, series));

        var chosen = answer.Points;
        Assert.Equal(200, chosen.Count);
        var all = series.ToDictionary(p => (p.Step, p.Value), p => p.Time);
        Assert.Equal((series[0].Step, series[^1].Step), (chosen.Steps[0], chosen.Steps[199]));
        for (var i = 0; i < 200; i++)
        {
            var time = Assert.Contains((chosen.Steps[i], chosen.Values[i]), all);
            Assert.True(!times || time == chosen.Times[i]);
            Assert.True(i == 0 || chosen.Steps[i] > chosen.Steps[i - 1]);
        }
    }

    [Fact]
    public async Task Lttb_Should_EqualTheReference_When_SeriesAreThinned()
    {
        // Lengths around the number of points that are kept, and far above; gaps, repeated values, values that are not finite.
        // No two triangles are equally large: which one is taken then would be a matter of rounding.
        const int Runs = 50;
        var noise = new Random(6);
        var series = Enumerable.Range(0, Runs).ToDictionary(
            i => 1000L + i, i => WithoutRepeatedSteps(RandomSeries(1000 + i, 1 + (i * i * 3), special: i % 2 == 0)).Select(p => p with { Value = p.Value + noise.NextDouble() }).ToArray());
        await PointTable.InsertAsync(_client, [.. series.SelectMany(s => s.Value.Select(p => new StoredPoint(5, s.Key, "loss", "RUN", 0, p.Step, p.Time, p.Value)))]);

        foreach (var points in new[] { 2, 3, 40, 500 })
        {
            var answer = await Ask(Request(new Sampling(SamplingKind.Lttb, points)), SeriesFields.Steps | SeriesFields.Values, [.. series.Select(s => Run(5, s.Key, s.Value))]);

            var expected = series.Values.Select(s => ReferenceThinning.Lttb([.. s.Where(p => double.IsFinite(p.Value))], points).Select(p => (p.Step, p.Value)).ToArray()).ToArray();
            Assert.Equal(expected.Select(s => s.Length), Enumerable.Range(0, Runs).Select(i => answer.Points.Offsets[i + 1] - answer.Points.Offsets[i]));
            Assert.Equal(expected.SelectMany(s => s), answer.Points.Steps.Zip(answer.Points.Values).Take(answer.Points.Count));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("NaN")]
    [InlineData("NaN NaN Infinity -Infinity")]
    [InlineData("1 NaN NaN NaN 2")]
    [InlineData("3 3 3 3 3 3")]
    [InlineData("Infinity 1 -Infinity 2 NaN -5")]
    [InlineData("1 . . . . . . . . . . . . . . 2 NaN . . . . . . 4")]
    [InlineData("1 =2 =NaN =1.5 3 =3 =-Infinity 0")]
    [InlineData("-1.7976931348623157E308 1.7976931348623157E308 4.9E-324 -0 0")]
    public async Task EverySampling_Should_KeepItsPromise_When_TheSeriesIsOdd(string shape)
    {
        var series = OfShape(shape);
        var run = 2000 + shape.Length;
        await Insert(6, run, "loss", series);
        var finite = series.Where(p => double.IsFinite(p.Value)).ToArray();
        SeriesRun[] runs = series.Length == 0 ? [] : [Run(6, run, series)];
        foreach (var sampling in new[] { new Sampling(SamplingKind.Lttb, 4), new Sampling(SamplingKind.MinMax, 4), new Sampling(SamplingKind.Last, 3), new Sampling(SamplingKind.Bucket, 3), new Sampling(SamplingKind.Bucket, Width: 2), new Sampling(SamplingKind.MinMax, 400, Scale: AxisScale.Log) })
        {
            var answer = await Ask(Request(sampling), Everything, runs);

            var kept = Enumerable.Range(0, answer.Points.Count).Select(i => new TestPoint(answer.Points.Steps[i], answer.Points.Times[i], answer.Points.Values[i])).ToArray();
            Assert.Equal(series.Length, answer.Totals[0]);
            Assert.Equal(Columns(series.Where(p => !double.IsFinite(p.Value))), Columns(answer.NonFinite));
            if (sampling.Kind == SamplingKind.Bucket)
            {
                Assert.Equal(series.Length, answer.Points.Counts.Take(kept.Length).Sum());
                Assert.Equal(series.Count(p => double.IsNaN(p.Value)), answer.Points.NaNs.Take(kept.Length).Sum());
                Assert.True(sampling.Width > 0 || kept.Length <= 3);
                continue;
            }

            Assert.InRange(kept.Length, Math.Min(finite.Length, 1), sampling.Points);
            Assert.Subset(finite.ToHashSet(), kept.ToHashSet());
            Assert.Equal(kept.OrderBy(p => p.Step), kept);
            if (sampling.Kind == SamplingKind.MinMax && finite.Length > 0)
            {
                Assert.Contains(finite.Min(p => p.Value), kept.Select(p => p.Value));
                Assert.Contains(finite.Max(p => p.Value), kept.Select(p => p.Value));
            }
        }
    }

    [Fact]
    public async Task ValueWindow_Should_BoundWhatIsThinned_AndKeepNaN()
    {
        var series = RandomSeries(8, 900, special: true);
        await Insert(1, 8, "loss", series);
        var inside = series.Where(p => p.Value is >= 20 and <= 60 || double.IsNaN(p.Value)).ToArray();

        var all = await Ask(Request(default) with { Values = new ValueWindow(20, 60) }, Everything, Run(1, 8, series));
        var thinned = await Ask(Request(new Sampling(SamplingKind.MinMax, 100)) with { Values = new ValueWindow(20, 60) }, Everything, Run(1, 8, series));

        Assert.Equal(Columns(inside), Columns(all.Points));
        Assert.Equal((inside.Length, inside.Length), (all.Totals[0], thinned.Totals[0]));
        Assert.Equal(Columns(ReferenceThinning.MinMax(inside, 100, series[0].Step, series[^1].Step)), Columns(thinned.Points));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5000)]
    public async Task Bucket_Should_DivideEachPowerOfTwo_When_TheScaleIsLogarithmic(long firstStep)
    {
        var run = firstStep == 0 ? 11 : 12;
        var series = RandomSeries(run, 9000, special: true, firstStep);
        await Insert(1, run, "loss", series);
        var buckets = AxisBuckets.Of(series[0].Step, series[^1].Step, 300, AxisScale.Log);
        var expected = series.GroupBy(p => buckets.StartOf(p.Step)).OrderBy(b => b.Key).ToArray();

        var answer = await Ask(Request(new Sampling(SamplingKind.Bucket, 300, Scale: AxisScale.Log)), Everything, Run(1, run, series));

        Assert.InRange(expected.Length, 100, 300);
        Assert.Equal(expected.Select(b => (b.Key, b.Max(p => p.Step), b.LongCount())), Enumerable.Range(0, answer.Points.Count).Select(i => (answer.Points.Steps[i], answer.Points.LastSteps[i], answer.Points.Counts[i])));
    }

    [Fact]
    public async Task Smoothing_Should_RunOverAllPoints_BeforeThinning()
    {
        var series = RandomSeries(7, 800, special: true);
        await Insert(1, 7, "loss", series);
        var expected = series.Select(p => p.Value).ToArray();
        OfTen.Apply(expected);
        var smoothedAt = series.Zip(expected).ToDictionary(pair => pair.First, pair => pair.Second);

        // LTTB of nearly all takes several points of a step.
        foreach (var sampling in new[] { new Sampling(SamplingKind.MinMax, 50), new Sampling(SamplingKind.Lttb, 50), new Sampling(SamplingKind.Lttb, 700), new Sampling(SamplingKind.Last, 50), default })
        {
            var answer = await Ask(Request(sampling) with { Smoothing = OfTen }, Everything, Run(1, 7, series));

            Assert.InRange(answer.Points.Count, 20, 800);
            Assert.Equal(
                Enumerable.Range(0, answer.Points.Count).Select(i => smoothedAt[new TestPoint(answer.Points.Steps[i], answer.Points.Times[i], answer.Points.Values[i])]),
                answer.Smoothed![..answer.Points.Count]);
        }
    }

    [Fact]
    public async Task Smoothing_Should_BeOfThePointsThatWereRead_When_MoreComeMeanwhile()
    {
        var series = RandomSeries(13, 100, special: false);
        await Insert(1, 13, "loss", series[..60]);
        var question = new SeriesQuestion(Request(new Sampling(SamplingKind.Bucket, Width: 20)) with { Smoothing = OfTen }, Everything, [Run(1, 13, series)]);
        var assembler = new SeriesAssembler([question], new SeriesLimits());

        await Read(SeriesPart.All);
        await Insert(1, 13, "loss", series[60..]);
        await Read(SeriesPart.Point);

        var smoothed = series[..60].Select(p => p.Value).ToArray();
        OfTen.Apply(smoothed);
        var known = series.Zip(smoothed).ToLookup(pair => pair.First.Step / 20, pair => pair.Second);
        var answer = assembler.Finish(0);
        Assert.Equal(series.Select(p => p.Step / 20 * 20).Distinct(), answer.Points.Steps[..answer.Points.Count]);
        Assert.Equal(
            series.Select(p => p.Step / 20).Distinct().Select(bucket => known[bucket].DefaultIfEmpty(double.NaN).Average()), answer.Smoothed![..answer.Points.Count], (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-9);

        async Task Read(SeriesPart part)
        {
            var query = SeriesSql.Compose([question])!;
            await using var result = await _client.QueryAsync(query with { Sql = $"SELECT * FROM ({query.Sql}) WHERE part = {(byte)part}" });
            await foreach (var block in result.ReadBlocksAsync())
            {
                assembler.Add(block);
            }
        }
    }

    [Fact]
    public async Task ManyRunsAndQuestions_Should_ComeBackSeparately_When_AskedInOneStatement()
    {
        var series = Enumerable.Range(20, 30).ToDictionary(run => run, run => RandomSeries(run, run * 7, special: run % 2 == 0));
        foreach (var (run, points) in series)
        {
            await Insert(2, run, "a", points);
            await Insert(2, run, "b", [.. points.Take(3)]);
        }

        var questions = new List<SeriesQuestion>
        {
            new(Request(new Sampling(SamplingKind.MinMax, 20)) with { Key = "a" }, Everything, [.. series.Select(s => Run(2, s.Key, s.Value))]),
            new(Request(default) with { Key = "b" }, SeriesFields.Steps, [.. series.Select(s => Run(2, s.Key, [.. s.Value.Take(3)]))]),
        };
        var answers = await Ask(questions);

        Assert.Equal(series.Values.SelectMany(s => Columns(ReferenceThinning.MinMax(s, 20))), Columns(answers[0].Points));
        Assert.Equal(series.Values.SelectMany(s => s.Take(3).Select(p => p.Step)), answers[1].Points.Steps.Take(answers[1].Points.Count));
    }

    [Fact]
    public async Task Key_Should_StayAValue_When_ItLooksLikeSql()
    {
        const string key = "'; DROP TABLE metric_point; -- \\ ` {k0:String}";
        var series = RandomSeries(9, 5, special: false);
        await Insert(3, 9, key, series);

        var answer = await Ask(Request(default) with { Key = key }, Everything, Run(3, 9, series));

        Assert.Equal(Columns(series), Columns(answer.Points));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Compose_Should_AskNothing_When_NoRunHasTheMetric(int kind) =>
        Assert.Null(SeriesSql.Compose([new SeriesQuestion(Request(kind == 0 ? default : new Sampling((SamplingKind)kind, 100, 0)), Everything, [])]));

    [Fact]
    public void Compose_Should_BeOneFlatSelect_When_TheSeriesOfOneRunIsAsked()
    {
        var query = SeriesSql.Compose([new SeriesQuestion(Request(default), SeriesFields.Steps | SeriesFields.Values, [new SeriesRun(7, 3, 10, 0, 9)])])!;

        Assert.Equal(0, query.Sql.LastIndexOf("SELECT", StringComparison.Ordinal));
        Assert.Equal(7L, query.Parameters["i0"].Value);
        Assert.Equal("1", query.Settings["max_threads"]);
    }

    [Fact]
    public void Compose_Should_LeaveThreadsToClickHouse_When_SeriesOfSeveralRunsAreAsked()
    {
        var query = SeriesSql.Compose([new SeriesQuestion(Request(default), SeriesFields.Values, [new SeriesRun(7, 3, 10, 0, 9), new SeriesRun(8, 3, 10, 0, 9)])])!;

        Assert.DoesNotContain("max_threads", query.Settings.Keys);
    }

    private static SeriesRequest Request(Sampling sampling) => new("loss", "", "RUN", 0, null, null, default, sampling, null);

    private static SeriesRun Run(long experiment, long run, TestPoint[] series) =>
        new(run, experiment, series.Length, series.Min(p => p.Step), series.Max(p => p.Step));

    private async Task<SeriesAnswer> Ask(SeriesRequest request, SeriesFields fields, params SeriesRun[] runs) => (await Ask([new SeriesQuestion(request, fields, runs)]))[0];

    private async Task<SeriesAnswer[]> Ask(List<SeriesQuestion> questions)
    {
        var assembler = new SeriesAssembler(questions, new SeriesLimits());
        if (SeriesSql.Compose(questions) is { } query)
        {
            await using var result = await _client.QueryAsync(query);
            await foreach (var block in result.ReadBlocksAsync())
            {
                assembler.Add(block);
            }
        }

        return [.. questions.Select((_, i) => assembler.Finish(i))];
    }

    // Steps ascend with gaps and repeats, values wander and tie; special adds NaN and infinities.
    private static TestPoint[] RandomSeries(int seed, int count, bool special, long firstStep = 0)
    {
        var random = new Random(seed);
        var step = firstStep;
        var points = new HashSet<TestPoint>();
        while (points.Count < count)
        {
            step += random.Next(special ? 0 : 1, 3);
            var value = Math.Round(random.NextDouble() * 100) + (special ? 0 : step * 1e-7);
            if (special && random.Next(20) == 0)
            {
                value = random.Next(3) switch { 0 => double.NaN, 1 => double.PositiveInfinity, _ => double.NegativeInfinity };
            }

            points.Add(new TestPoint(step, 1_700_000_000_000 + (step * 10) + random.Next(5), value));
        }

        return ReferenceThinning.InOrder(points);
    }

    private static TestPoint[] WithoutRepeatedSteps(TestPoint[] series) => [.. series.DistinctBy(p => p.Step)];

    // Values at steps 0, 1, 2 ...; a dot is a step without a point, `=` another point at the step before.
    private static TestPoint[] OfShape(string shape)
    {
        var points = new List<TestPoint>();
        var step = -1L;
        foreach (var part in shape.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            step += part[0] == '=' ? 0 : 1;
            if (part != ".")
            {
                points.Add(new TestPoint(step, 1_700_000_000_000 + points.Count, double.Parse(part.TrimStart('='), System.Globalization.CultureInfo.InvariantCulture)));
            }
        }

        return [.. points];
    }

    // As text, so that NaN equals NaN and a difference is readable.
    private static IEnumerable<string> Columns(IEnumerable<TestPoint> points) => points.Select(p => FormattableString.Invariant($"{p.Step} {p.Time} {p.Value:R}"));

    private static IEnumerable<string> Columns(PointColumns points) =>
        Enumerable.Range(0, points.Count).Select(i => FormattableString.Invariant($"{points.Steps[i]} {points.Times[i]} {points.Values[i]:R}"));

    private Task Insert(long experiment, long run, string key, TestPoint[] points) =>
        PointTable.InsertAsync(_client, [.. points.Select(point => new StoredPoint(experiment, run, key, "RUN", 0, point.Step, point.Time, point.Value))]);
}
