using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Analytics.Tests.Series;

/// <summary>LTTB of series that ClickHouse's function cannot thin rightly.</summary>
public sealed class LargestTrianglesTests(EngineFixture engines) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private const long Beyond = 1L << 53;
    private ClickHouseClient _client = null!;

    public async Task InitializeAsync() => _client = await PointTable.CreateAsync(engines);

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Theory]
    [InlineData(1000, 0, 999, false)]
    [InlineData(1000, -500, 499, false)]
    [InlineData(1001, 0, 999, true)]
    [InlineData(1000, 0, 9990, true)]
    [InlineData(10_001, 0, 99_990, false)]
    [InlineData(3_000_000, 0, 999, false)]
    [InlineData(10, Beyond - 10, Beyond, true)]
    [InlineData(11, Beyond - 10, Beyond, false)]
    [InlineData(11, Beyond - 9, Beyond + 1, true)]
    [InlineData(3_000_000, -Beyond - 1, 5, true)]
    [InlineData(2, long.MinValue, long.MaxValue, true)]
    public void Points_Should_BeFoundHere_When_StepsMayRepeatOrAreBeyondADouble(long count, long first, long last, bool expected) =>
        Assert.Equal(expected, LargestTriangles.AreFoundHere(count, first, last, 2_000_000, LargestTriangles.MostWithGaps));

    [Theory]
    [InlineData(1_767_225_600_000_000_000, 1_000_003)]
    [InlineData(long.MinValue, 30_000_000_000_000_000)]
    public async Task Lttb_Should_HaveStepsAsTheyAre_When_TheyAreBeyondADouble(long first, long distance)
    {
        var random = new Random(1);
        var offsets = Enumerable.Range(0, 600).Select(i => new TestPoint(i, 1_700_000_000_000 + random.Next(1000), random.NextDouble())).ToArray();
        TestPoint Placed(TestPoint point, int i) => point with { Step = first + (i * distance) };
        var run = first > 0 ? 1 : 2;
        await InsertAsync(run, offsets.Select(Placed));

        // Steps that are evenly apart choose as their ordinals do.
        var chosen = ReferenceThinning.Lttb(offsets, 50).Select(point => Placed(point, Array.IndexOf(offsets, point)));

        await CompareAsync(run, first, first + (599 * distance), 600, 50, chosen);
    }

    [Fact]
    public void Points_Should_BeLeftToClickHouse_When_NoMoreMayBeReadHere()
    {
        Assert.False(LargestTriangles.AreFoundHere(1000, 0, 9990, 2_000_000, 999));
        Assert.False(LargestTriangles.AreFoundHere(1000, 0, 998, 999, 10_000));
        Assert.True(LargestTriangles.AreFoundHere(1000, Beyond, Beyond + 5, 0, 0));
    }

    [Fact]
    public async Task Lttb_Should_BeWithinTheLimits_OfWhatIsReadAndOfWhatComesBack_EachForItself()
    {
        var series = Enumerable.Range(0, 300).Select(i => new TestPoint(i / 2, 1_700_000_000_000 + i, i % 7)).ToArray();
        await InsertAsync(5, series);
        var run = new SeriesRun(5, 77, 300, 0, 149);
        var request = new SeriesRequest("loss", "", "RUN", 0, null, null, default, new Sampling(SamplingKind.Lttb, 100), null);
        SeriesQuestion[] questions = [new(request, SeriesFields.Points, [run with { IsChosenHere = true }]), new(request, SeriesFields.Points, [run])];

        Assert.Equal([100, 100], (await AskAsync(questions, new SeriesLimits { MaxPointsPerRequest = 300 })).Select(answer => answer.Points.Count));
        var error = await Assert.ThrowsAsync<GraphQLException>(() => AskAsync(questions, new SeriesLimits { MaxPointsPerRequest = 299 }));
        Assert.Equal(ErrorCodes.LimitExceeded, error.Error.Code);
        error = await Assert.ThrowsAsync<GraphQLException>(() => AskAsync(questions, new SeriesLimits { MaxPointsPerSeries = 299 }));
        Assert.Equal(ErrorCodes.LimitExceeded, error.Error.Code);
    }

    [Fact]
    public async Task Lttb_Should_ChooseInTheOrderOfPoints_When_SeveralShareAStep()
    {
        var random = new Random(2);
        var series = ReferenceThinning.InOrder(Enumerable.Range(0, 80).Select(i => new TestPoint(i / 2, 1_700_000_000_000 + (i % 2 * 500) + random.Next(100), random.NextDouble())));
        foreach (var (run, late) in new[] { (3, 1), (4, 0) })
        {
            await InsertAsync(run, series.Where((_, i) => i % 2 != late));
            await InsertAsync(run, series.Where((_, i) => i % 2 == late));

            await CompareAsync(run, 0, 39, 80, 10, ReferenceThinning.Lttb(series, 10));
            await CompareAsync(run, 0, 39, 80, 2, [series[0], series[^1]]);
            await CompareAsync(run, 0, 39, 80, 100, series);
        }
    }

    private async Task CompareAsync(long run, long first, long last, int count, int points, IEnumerable<TestPoint> expected)
    {
        var one = new SeriesRun(run, 77, count, first, last) { IsChosenHere = LargestTriangles.AreFoundHere(count, first, last, 2_000_000, LargestTriangles.MostWithGaps) };
        Assert.True(one.IsChosenHere);
        foreach (var fields in new[] { SeriesFields.Steps | SeriesFields.Values, SeriesFields.Steps | SeriesFields.Values | SeriesFields.Times })
        {
            var question = new SeriesQuestion(new SeriesRequest("loss", "", "RUN", 0, null, null, default, new Sampling(SamplingKind.Lttb, points), null), fields, [one]);
            var chosen = (await AskAsync([question], new SeriesLimits()))[0].Points;
            Assert.Equal(expected.Select(p => (p.Step, p.Value)), chosen.Steps.Zip(chosen.Values).Take(chosen.Count));
            if (fields.HasFlag(SeriesFields.Times))
            {
                Assert.Equal(expected.Select(p => p.Time), chosen.Times.Take(chosen.Count));
            }
        }
    }

    private async Task<SeriesAnswer[]> AskAsync(SeriesQuestion[] questions, SeriesLimits limits)
    {
        var assembler = new SeriesAssembler(questions, limits);
        await using var result = await _client.QueryAsync(SeriesSql.Compose(questions)!);
        await foreach (var block in result.ReadBlocksAsync())
        {
            assembler.Add(block);
        }

        return [.. questions.Select((_, i) => assembler.Finish(i))];
    }

    private Task InsertAsync(long run, IEnumerable<TestPoint> points) =>
        PointTable.InsertAsync(_client, [.. points.Select(point => new StoredPoint(77, run, "loss", "RUN", 0, point.Step, point.Time, point.Value))]);
}
