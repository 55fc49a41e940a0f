using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Analytics.Tests.Series;

/// <summary>Every scope with every sampling, selection, window and smoothing, held against brute force: what the statement of one of them is made of must not break another.</summary>
public sealed class SeriesMatrixTests(EngineFixture engines) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private const long Experiment = 9001;

    private static readonly long[] Runs = [900_001, 900_002, 900_003];
    private static readonly string[] Scopes = ["RUN", "RESULT", "EPOCH", "BATCH"];
    private static readonly StoredPoint[] Stored = [.. Scopes.SelectMany(scope => Runs.SelectMany(run => RandomPoints(scope, run)))];

    private static readonly Smoothing Mean = Smoothing.From(new(new KeyValuePair<string, object?>("movingAverage", new ArgumentValues(new KeyValuePair<string, object?>("window", 7)))))!;

    private static readonly SeriesFields[] Selections =
    [
        SeriesFields.Steps | SeriesFields.Values,
        SeriesFields.Steps | SeriesFields.Values | SeriesFields.Times,
        SeriesFields.Points | SeriesFields.Count | SeriesFields.NonFinite,
    ];

    private ClickHouseClient _client = null!;

    public async Task InitializeAsync()
    {
        _client = await PointTable.CreateAsync(engines);
        await using var written = await _client.QueryAsync(new ClickHouseQuery("SELECT count() AS n FROM metric_point"));
        if ((await written.ReadColumnAsync<ulong>("n"))[0] == 0)
        {
            await PointTable.InsertAsync(_client, Stored);
        }
    }

    public async Task DisposeAsync() => await _client.DisposeAsync();

    public static IEnumerable<object[]> Samplings =>
        from scope in Scopes
        from sampling in Enum.GetValues<SamplingKind>()
        select new object[] { scope, (int)sampling };

    [Theory]
    [MemberData(nameof(Samplings))]
    public async Task Series_Should_EqualBruteForce_When_AnyOfItsArgumentsAreCombined(string scope, int kind)
    {
        var sampling = (SamplingKind)kind == SamplingKind.None ? default : new Sampling((SamplingKind)kind, 20);
        foreach (var (from, to) in new (long?, long?)[] { (null, null), (20, null), (15, 90) })
        {
            foreach (var smoothing in new[] { null, Mean })
            {
                var request = new SeriesRequest("loss", "", scope, 0, from, to, default, sampling, smoothing);
                foreach (var fields in Selections)
                {
                    foreach (var isChosenHere in sampling.Kind == SamplingKind.Lttb ? new[] { false, true } : [false])
                    {
                        await CompareAsync(new SeriesQuestion(request, fields, [Run(request, Runs[0]) with { IsChosenHere = isChosenHere }]));
                        await CompareAsync(new SeriesQuestion(request, fields, [.. Runs.Select((run, i) => Run(request, run) with { IsChosenHere = isChosenHere && i != 1 })]));
                    }
                }
            }
        }
    }

    private async Task CompareAsync(SeriesQuestion question)
    {
        var assembler = new SeriesAssembler([question], new SeriesLimits());
        await using (var result = await _client.QueryAsync(SeriesSql.Compose([question])!))
        {
            await foreach (var block in result.ReadBlocksAsync())
            {
                assembler.Add(block);
            }
        }

        var answer = assembler.Finish(0);
        for (var i = 0; i < question.Runs.Count; i++)
        {
            CompareRun(question, answer, i);
        }
    }

    private static void CompareRun(SeriesQuestion question, SeriesAnswer answer, int index)
    {
        var run = question.Runs[index];
        var points = answer.Points;
        var (begin, end) = (points.Offsets[index], points.Offsets[index + 1]);
        var series = Window(question.Request, run.RunId);
        var smoothed = series.Select(p => p.Value).ToArray();
        question.Request.Smoothing?.Apply(smoothed);

        if (question.Fields.HasFlag(SeriesFields.Count))
        {
            Assert.Equal(series.Length, answer.Totals[index]);
            var (firstLost, lastLost) = (answer.NonFinite.Offsets[index], answer.NonFinite.Offsets[index + 1]);
            var lost = series.Where(p => !double.IsFinite(p.Value)).ToArray();
            Assert.Equal(lost.Length, answer.NonFiniteTotals[index]);
            Assert.Equal(lost.Select(p => $"{p.Step} {p.Time} {p.Value}"), Enumerable.Range(firstLost, lastLost - firstLost).Select(i => $"{answer.NonFinite.Steps[i]} {answer.NonFinite.Times[i]} {answer.NonFinite.Values[i]}"));
        }

        if (question.Request.Sampling.Kind == SamplingKind.Bucket)
        {
            CompareBuckets(question, run, points, begin, end, series, smoothed, answer.Smoothed);
            return;
        }

        var finite = series.Where(p => double.IsFinite(p.Value)).ToArray();
        var expected = question.Request.Sampling.Kind switch
        {
            SamplingKind.None => series,
            SamplingKind.Last => [.. finite.TakeLast(20)],
            SamplingKind.Lttb => ReferenceThinning.Lttb(finite, 20),
            _ => ReferenceThinning.MinMax(series, 20, run.FirstStep, run.LastStep),
        };
        Assert.Equal(expected.Select(p => $"{p.Step} {p.Value}"), Enumerable.Range(begin, end - begin).Select(i => $"{points.Steps[i]} {points.Values[i]}"));
        if (question.Fields.HasFlag(SeriesFields.Times))
        {
            Assert.Equal(expected.Select(p => p.Time), points.Times[begin..end]);
        }

        if (question.Fields.HasFlag(SeriesFields.Smoothed) && question.Request.Smoothing is not null)
        {
            Assert.Equal(expected.Select(p => smoothed[Array.IndexOf(series, p)]), answer.Smoothed![begin..end]);
        }
    }

    private static void CompareBuckets(SeriesQuestion question, SeriesRun run, PointColumns points, int begin, int end, TestPoint[] series, double[] smoothed, double[]? smoothedMeans)
    {
        var buckets = question.BucketsOf(run);
        var expected = series.Select((point, i) => (Point: point, Smoothed: smoothed[i])).GroupBy(p => buckets.StartOf(p.Point.Step)).OrderBy(bucket => bucket.Key).ToArray();
        Assert.InRange(expected.Length, 1, 20);
        Assert.Equal(expected.Select(bucket => bucket.Key), points.Steps[begin..end]);
        AssertClose(expected.Select(bucket => MeanOf(bucket.Select(p => p.Point.Value))), points.Values[begin..end]);
        if (question.Fields.HasFlag(SeriesFields.Times))
        {
            Assert.Equal(expected.Select(bucket => bucket.Min(p => p.Point.Time)), points.Times[begin..end]);
        }

        if (question.Fields.HasFlag(SeriesFields.Buckets))
        {
            Assert.Equal(expected.Select(bucket => bucket.Max(p => p.Point.Step)), points.LastSteps[begin..end]);
            Assert.Equal(expected.Select(bucket => bucket.LongCount()), points.Counts[begin..end]);
            Assert.Equal(expected.Select(bucket => bucket.LongCount(p => double.IsNaN(p.Point.Value))), points.NaNs[begin..end]);
            Assert.Equal(expected.Select(bucket => bucket.Select(p => p.Point.Value).Where(double.IsFinite).DefaultIfEmpty().Min()), points.Lows[begin..end]);
            Assert.Equal(expected.Select(bucket => bucket.Select(p => p.Point.Value).Where(double.IsFinite).DefaultIfEmpty().Max()), points.Highs[begin..end]);
        }

        if (smoothedMeans is not null)
        {
            AssertClose(expected.Select(bucket => MeanOf(bucket.Select(p => p.Smoothed))), smoothedMeans[begin..end]);
        }
    }

    private static double MeanOf(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    private static void AssertClose(IEnumerable<double> expected, double[] actual)
    {
        var all = expected.ToArray();
        Assert.Equal(all.Length, actual.Length);
        Assert.All(all.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    // As its summary and the window say together.
    private static SeriesRun Run(SeriesRequest request, long run)
    {
        var all = Series(request.Scope, run);
        return new SeriesRun(run, Experiment, all.Length, Math.Max(all[0].Step, request.From ?? long.MinValue), Math.Min(all[^1].Step, request.To ?? long.MaxValue));
    }

    private static TestPoint[] Window(SeriesRequest request, long run) =>
        [.. Series(request.Scope, run).Where(p => !(p.Step < request.From) && !(p.Step > request.To))];

    // Points of batches stand at their ordinals over all epochs.
    private static TestPoint[] Series(string scope, long run)
    {
        var points = Stored.Where(p => p.Scope == scope && p.Run == run)
            .OrderBy(p => p.Epoch).ThenBy(p => p.Step).ThenBy(p => p.Time).ThenBy(p => double.IsNaN(p.Value)).ThenBy(p => p.Value).ToArray();
        return [.. points.Select((p, i) => new TestPoint(scope == "BATCH" ? i : p.Step, p.Time, p.Value))];
    }

    // Epochs of 30 batches; gaps, times that go back, and values that are not finite.
    private static IEnumerable<StoredPoint> RandomPoints(string scope, long run)
    {
        var random = new Random((int)run + scope.Length);
        var step = 0L;
        for (var i = 0; i < 150 + (int)(run % 10); i++)
        {
            step += random.Next(1, 3);
            var value = random.Next(12) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => double.NegativeInfinity, _ => random.NextDouble() * 100 };
            var (epoch, place) = scope == "BATCH" ? (step / 30, step % 30) : (0, step);
            yield return new StoredPoint(Experiment, run, "loss", scope, epoch, place, 1_700_000_000_000 + (step * 100) + random.Next(-150, 150), value);
        }
    }
}
