using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.Analytics.Comparison;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.Analytics.Tests.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Analytics.Tests.Comparison;

/// <summary>The comparison's statement on random points, held against brute force.</summary>
public sealed class ComparisonSqlTests(EngineFixture engines) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private static readonly string[] Keys = ["loss", "acc"];
    private static readonly StoredPoint[] Points = RandomPoints();
    private static readonly long[] Runs = [.. Points.Select(p => p.Run).Distinct().OrderByDescending(run => run)];
    private ClickHouseClient _client = null!;

    public async Task InitializeAsync()
    {
        _client = await PointTable.CreateAsync(engines);
        await PointTable.InsertAsync(_client, Points);
    }

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Fact]
    public async Task Comparison_Should_EqualBruteForce_When_EveryAlignmentAndSampleIsAsked()
    {
        // One place, a window, fewer places than points, and a place for each point, in turn.
        (int Places, bool IsBounded)[] windows = [(1, false), (7, true), (60, false), (100_000, true)];
        var turn = 0;
        foreach (var (align, scope) in new[] { (Alignment.Step, "RUN"), (Alignment.Step, "EPOCH"), (Alignment.Step, "BATCH"), (Alignment.Epoch, "EPOCH"), (Alignment.Epoch, "BATCH"), (Alignment.RelativeTime, "RUN"), (Alignment.WallTime, "RUN") })
        {
            foreach (var sample in Enum.GetValues<AlignedSample>())
            {
                foreach (var groups in new[] { null, RunGroups.Of([.. Runs.Select(run => run % 3 == 0 ? null : $"{run % 3}")]) })
                {
                    var (places, isBounded) = windows[turn++ % windows.Length];
                    await CompareAsync(Request(align, scope, sample) with { Places = places }, isBounded, groups);
                }
            }
        }
    }

    [Fact]
    public async Task Comparison_Should_EqualBruteForce_When_TheAxisIsLogarithmicOrValuesAreBounded()
    {
        foreach (var align in new[] { Alignment.Step, Alignment.RelativeTime })
        {
            await CompareAsync(Request(align, "RUN", AlignedSample.Mean) with { Scale = AxisScale.Log, Places = 150 }, false, RunGroups.Of(new string?[Runs.Length]));
            await CompareAsync(Request(align, "RUN", AlignedSample.Last) with { Values = new ValueWindow(null, 50), Places = 20 }, true, null);
        }
    }

    [Fact]
    public async Task Comparison_Should_SmoothTheAlignedValuesOfEachRunAndGroup_PassingOverGaps()
    {
        var smoothing = Smoothing.From(new(new KeyValuePair<string, object?>("movingAverage", new ArgumentValues(new KeyValuePair<string, object?>("window", 3)))))!;
        foreach (var groups in new[] { null, RunGroups.Of(new string?[Runs.Length]) })
        {
            var answer = await AskAsync(Request(Alignment.Step, "RUN", AlignedSample.Mean) with { Places = 60, Smoothing = smoothing }, groups, new SeriesLimits());

            var columns = answer.Series.Select(s => (s.Values, s.Smoothed!)).Concat(answer.Groups.Select(g => (g.Mean, g.Smoothed!))).ToArray();
            Assert.NotEmpty(columns);
            foreach (var (values, smoothed) in columns)
            {
                var last = new List<double>();
                for (var i = 0; i < values.Length; i++)
                {
                    if (values[i] is { } value && double.IsFinite(value))
                    {
                        last.Add(value);
                        AssertClose(last.TakeLast(3).Average(), smoothed[i]);
                    }
                    else
                    {
                        AssertClose(values[i], smoothed[i]);
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Comparison_Should_NameTheLimit_When_ItsColumnsAreTooLarge()
    {
        var request = Request(Alignment.Step, "RUN", AlignedSample.Mean) with { Places = 1000 };

        var error = await Assert.ThrowsAsync<GraphQLException>(() => AskAsync(request, null, new SeriesLimits { MaxPointsPerRequest = 500 }));

        Assert.Equal(ErrorCodes.LimitExceeded, error.Error.Code);
        Assert.Contains("500", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_Should_BeOrderedAsNumbersThenNaNThenTextsThenMissing()
    {
        var groups = RunGroups.Of(["10", "b", null, "9", "1e1", "-3", "a", "9", "nan", "inf", "NaN"]);

        Assert.Equal(new[] { "-3", "9", "10", "1e1", "inf", "NaN", "nan", "a", "b", null }.AsEnumerable(), groups.Names);
        Assert.Equal([2L, 8, 9, 1, 3, 0, 7, 1, 6, 4, 5], groups.GroupOf);
    }

    [Fact]
    public void CodedValues_Should_HaveTheOrderOfGroups_WithNaNAndMissingBehindNumbersInBothDirections()
    {
        object?[] values = ["10", "b", null, "9", "nan", "inf", "a", "-3"];

        Assert.Equal(["-3", "9", "10", "inf", "nan", "a", "b", null], CodedValues.Of(values, descending: false).Values);
        Assert.Equal(["inf", "10", "9", "-3", "nan", "b", "a", null], CodedValues.Of(values, descending: true).Values);
        Assert.Equal((4, 5.5), (CodedValues.Of(values, descending: true).Find("nan"), CodedValues.Of(values, descending: true).Find("aa")));
    }

    private static ComparisonRequest Request(Alignment align, string scope, AlignedSample sample) =>
        new(Keys, "", scope, 0, align, AxisScale.Linear, 50, sample, null, null, default, GroupKind.None, null);

    private async Task CompareAsync(ComparisonRequest request, bool bounded, RunGroups? groups)
    {
        var placed = Placed(request);
        var (first, last) = (placed.Min(p => p.Position), placed.Max(p => p.Position));
        if (bounded)
        {
            request = request with { From = first + ((last - first) / 4), To = last - ((last - first) / 5) };
            (first, last) = (request.From!.Value, request.To!.Value);
        }

        var (least, most) = request.Values;
        var buckets = AxisBuckets.Of(first, last, request.Places, request.Scale);
        var expected = placed.Where(p => p.Position >= first && p.Position <= last && (double.IsNaN(p.Point.Value) || ((least is null || p.Point.Value >= least) && (most is null || p.Point.Value <= most))))
            .GroupBy(p => (Metric: Array.IndexOf(Keys, p.Point.Key), Run: Array.IndexOf(Runs, p.Point.Run), Start: buckets.StartOf(p.Position)))
            .ToDictionary(bucket => bucket.Key, bucket => (bucket.Count(), Value: SampleOf(request.Sample, [.. bucket.Select(p => p.Point)])));

        var answer = await AskAsync(request, groups, new SeriesLimits());

        Assert.Equal(expected.Keys.Select(key => key.Start).Distinct().Order(), answer.Positions);
        Assert.True(answer.Positions.Length <= request.Places || request.IsTime);
        if (groups is null)
        {
            CompareRuns(expected, answer);
        }
        else
        {
            CompareGroups(expected, groups, answer);
        }
    }

    private static void CompareRuns(Dictionary<(int Metric, int Run, long Start), (int Count, double Value)> expected, ComparisonAnswer answer)
    {
        Assert.Empty(answer.Groups);
        Assert.Equal(expected.Keys.Select(key => (key.Metric, key.Run)).Distinct().Order(), answer.Series.Select(s => (Array.IndexOf(Keys, s.Key), Array.IndexOf(Runs, s.RunId))));
        foreach (var series in answer.Series)
        {
            Assert.Equal(series.Counts.Sum(), series.Count);
            for (var place = 0; place < answer.Positions.Length; place++)
            {
                var has = expected.TryGetValue((Array.IndexOf(Keys, series.Key), Array.IndexOf(Runs, series.RunId), answer.Positions[place]), out var at);
                Assert.Equal(has ? at.Count : 0, series.Counts[place]);
                AssertClose(has ? at.Value : null, series.Values[place]);
            }
        }
    }

    private static void CompareGroups(Dictionary<(int Metric, int Run, long Start), (int Count, double Value)> expected, RunGroups groups, ComparisonAnswer answer)
    {
        Assert.Empty(answer.Series);
        var bands = expected.GroupBy(e => (e.Key.Metric, Group: groups.GroupOf[e.Key.Run], e.Key.Start)).ToDictionary(band => band.Key, band => band.Select(e => e.Value.Value).ToArray());
        Assert.Equal(bands.Keys.Select(key => (key.Metric, key.Group)).Distinct().Order(), answer.Groups.Select(g => (Array.IndexOf(Keys, g.Key), (long)Array.IndexOf(groups.Names, g.Value))));
        foreach (var group in answer.Groups)
        {
            for (var place = 0; place < answer.Positions.Length; place++)
            {
                var has = bands.TryGetValue((Array.IndexOf(Keys, group.Key), Array.IndexOf(groups.Names, group.Value), answer.Positions[place]), out var band);
                var finite = band?.Where(double.IsFinite).ToArray() ?? [];
                Assert.Equal(finite.Length, group.RunCounts[place]);
                var mean = finite.Length == 0 ? double.NaN : finite.Average();
                AssertClose(has ? mean : null, group.Mean[place]);
                AssertClose(has ? finite.DefaultIfEmpty(double.NaN).Min() : null, group.Min[place]);
                AssertClose(has ? finite.DefaultIfEmpty(double.NaN).Max() : null, group.Max[place]);
                AssertClose(finite.Length < 2 ? null : Math.Sqrt(finite.Sum(value => (value - mean) * (value - mean)) / (finite.Length - 1)), group.StandardDeviation[place]);
            }
        }
    }

    private static void AssertClose(double? expected, double? actual)
    {
        Assert.Equal(expected is null, actual is null);
        Assert.Equal(expected is double.NaN, actual is double.NaN);
        Assert.True(expected is null or double.NaN || Math.Abs(expected.Value - actual!.Value) <= 1e-9 * Math.Max(1, Math.Abs(expected.Value)), $"{expected} is not {actual}");
    }

    private static double SampleOf(AlignedSample sample, StoredPoint[] points)
    {
        var finite = points.Where(p => double.IsFinite(p.Value)).OrderBy(p => p.Epoch).ThenBy(p => p.Step).ThenBy(p => p.Time).ThenBy(p => p.Value).Select(p => p.Value).ToArray();
        return finite.Length == 0 ? double.NaN : sample switch
        {
            AlignedSample.Mean => finite.Average(),
            AlignedSample.Min => finite.Min(),
            AlignedSample.Max => finite.Max(),
            AlignedSample.First => finite[0],
            _ => finite[^1],
        };
    }

    private static (StoredPoint Point, long Position)[] Placed(ComparisonRequest request)
    {
        var points = Points.Where(p => p.Scope == request.Scope && Keys.Contains(p.Key)).ToArray();
        return request.Align switch
        {
            Alignment.Step when request.Scope == "BATCH" => [.. points.GroupBy(p => (p.Run, p.Key)).SelectMany(series => series.OrderBy(p => p.Epoch).ThenBy(p => p.Step).ThenBy(p => p.Time).ThenBy(p => p.Value).Select((p, i) => (p, (long)i)))],
            Alignment.Epoch when request.Scope == "BATCH" => [.. points.Select(p => (p, p.Epoch))],
            Alignment.Step or Alignment.Epoch => [.. points.Select(p => (p, p.Step))],
            Alignment.RelativeTime => [.. points.Select(p => (p, p.Time - OriginOf(request.Scope, p.Run)))],
            _ => [.. points.Select(p => (p, p.Time))],
        };
    }

    // The first point is that of the least step.
    private static long OriginOf(string scope, long run) => Points.Where(p => p.Scope == scope && p.Run == run && Keys.Contains(p.Key)).GroupBy(p => p.Key)
        .Min(series => series.OrderBy(p => p.Epoch).ThenBy(p => p.Step).ThenBy(p => p.Time).First().Time);

    private async Task<ComparisonAnswer> AskAsync(ComparisonRequest request, RunGroups? groups, SeriesLimits limits)
    {
        var positions = Placed(request).Select(p => p.Position).ToArray();
        var runs = new ComparedRuns(
            Runs, [.. Runs.Select(run => OriginOf(request.Scope, run))], [1, 2], request.From ?? positions.Min(), request.To ?? positions.Max(), []);
        var assembler = new ComparisonAssembler(request, Runs, groups, limits);
        // With as many runs as these, every other question sends them as a table.
        var mapping = new MappingLimits { MaxArrayKeys = request.Places % 2 == 0 ? 5 : 5000 };
        await using var result = await _client.QueryAsync(ComparisonSql.Compose(request, runs, withRuns: groups is null, groups, mapping));
        await foreach (var block in result.ReadBlocksAsync())
        {
            assembler.Add(block);
        }

        return assembler.Finish();
    }

    // Two experiments; runs of different lengths, with gaps, repeats, times that go back, and values that are not finite; a key that is not asked for.
    private static StoredPoint[] RandomPoints()
    {
        var random = new Random(5);
        var points = new HashSet<StoredPoint>();
        for (var run = 1; run <= 8; run++)
        {
            foreach (var (scope, key) in from scope in new[] { "RUN", "EPOCH", "BATCH" } from key in new[] { "loss", "acc", "other" } select (scope, key))
            {
                var step = random.Next(-3, 3);
                for (var i = 0; i < run * 12; i++)
                {
                    step += random.Next(0, 4);
                    var value = random.Next(12) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => double.NegativeInfinity, _ => Math.Round(random.NextDouble() * 100, 3) };
                    var (epoch, place) = scope == "BATCH" ? (step / 9, step % 9) : (0, step);
                    points.Add(new StoredPoint((run % 2) + 1, run * 11, key, scope, epoch, place, 1_700_000_000_000 + (run * 777) + (step * 100) + random.Next(-150, 150), value));
                }
            }
        }

        return [.. points];
    }
}
