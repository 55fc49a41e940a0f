using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Tracking.Tests;

[Collection("tracking")]
public sealed class PointLogTests(TrackingEngines engines)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task LogBatch_Should_KeepExactSummaries_When_CallersSendTheSameLateAndOddPointsTogether()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => engines.CreateRunAsync()));
        var random = new Random(7);
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, double.MaxValue, double.Epsilon, 1e-300];
        var batches = Enumerable.Range(0, 60).Select(_ => new LogBatchRequest
        {
            RunId = runs[random.Next(runs.Length)],
            Metrics = [.. Enumerable.Range(0, 40).Select(_ => new MetricInput
            {
                Key = $"m{random.Next(4)}",
                Step = random.Next(30),
                Time = Start.AddMilliseconds(random.Next(3)),
                Value = random.Next(6) == 0 ? odd[random.Next(odd.Length)] : random.Next(5) / 4.0,
                Label = random.Next(4) == 0 ? "cat" : "",
                Rank = random.Next(8) == 0 ? 1 : 0,
            })],
        }).ToArray();

        var flushing = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
                await engines.Flusher.FlushAsync();
        });
        var outcomes = await Task.WhenAll(batches.Select(batch => Task.Run(() => engines.Log.LogBatchAsync(batch, Caller.Anonymous))));
        await flushing;

        Assert.All(outcomes, outcome => Assert.Empty(outcome.Errors));
        foreach (var run in runs)
        {
            var expected = batches.Where(batch => batch.RunId == run).SelectMany(batch => PointsOf(RunBatch.Of(batch).Points)).ToHashSet();
            Assert.Equal(expected.Count, batches.Zip(outcomes).Where(pair => pair.First.RunId == run).Sum(pair => pair.Second.Value!.NewPoints));
            AssertSummaries(expected, await engines.SummariesAsync(run));
            await engines.Flusher.FlushRunsAsync([run]);
            var stored = await engines.PointsInClickHouseAsync(run);
            Assert.Equal(expected.Count, stored.Count);
            Assert.Equal(expected, stored.ToHashSet());
            Assert.Equal(expected.Count, await engines.ScalarAsync<long>("SELECT seq FROM run_counter WHERE run_id = $1", run));
        }
    }

    [Fact]
    public async Task LogBatch_Should_NameEachCallerInTheHistory_When_SeveralLogTogether()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => engines.CreateRunAsync()));
        foreach (var value in new[] { "before", "after" })
        {
            var outcomes = await Task.WhenAll(runs.Select((run, i) => Task.Run(
                () => engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Tags = [new("phase", value)] }, new Caller($"{value} {i % 2}")))));
            Assert.All(outcomes, outcome => Assert.Empty(outcome.Errors));
        }

        for (var i = 0; i < runs.Length; i++)
        {
            Assert.Equal(
                $"before {i % 2}, ended by after {i % 2}, which after {i % 2} wrote",
                await engines.ScalarAsync<string>("SELECT format('%s, ended by %s, which %s wrote', h.changed_by, h.ended_by, t.changed_by) FROM run_tag t JOIN run_tag_history h USING (run_id, key) WHERE run_id = $1", runs[i]));
        }
    }

    [Fact]
    public async Task LogBatch_Should_TakePointsOnce_When_TheyAreSentAgain()
    {
        var run = await engines.CreateRunAsync();
        MetricInput[] metrics = [.. Enumerable.Range(0, 50).Select(i => new MetricInput { Key = "loss", Step = i, Time = Start, Value = i == 3 ? double.NaN : i })];
        Assert.Equal(50, (await engines.LogAsync(run, metrics)).Value!.NewPoints);
        Assert.Equal(0, (await engines.LogAsync(run, metrics)).Value!.NewPoints);
        Assert.Equal(1, (await engines.LogAsync(run, [.. metrics, new MetricInput { Key = "loss", Step = 3, Time = Start, Value = 3 }])).Value!.NewPoints);
        await engines.Flusher.FlushAsync();
        Assert.Equal(51, (await engines.PointsInClickHouseAsync(run)).Count);
        Assert.Equal(51, (await engines.SummariesAsync(run)).Values.Single().Count);
    }

    [Fact]
    public async Task LogBatch_Should_FollowMlflowsLatest_When_StepsAndTimesTie()
    {
        var run = await engines.CreateRunAsync();
        await engines.LogAsync(
            run,
            new MetricInput { Key = "m", Step = 2, Time = Start, Value = -1 },
            new MetricInput { Key = "m", Step = 2, Time = Start, Value = double.NaN },
            new MetricInput { Key = "m", Step = 1, Time = Start.AddDays(1), Value = 9 },
            new MetricInput { Key = "n", Step = 2, Time = Start, Value = double.NaN },
            new MetricInput { Key = "n", Step = 2, Time = Start, Value = 0.5 });
        var summaries = (await engines.SummariesAsync(run)).ToDictionary(pair => pair.Key.Key, pair => pair.Value);
        Assert.True(double.IsNaN(summaries["m"].Last.Value));
        Assert.Equal(0.5, summaries["n"].Last.Value);
        Assert.Equal(9, summaries["m"].Max!.Value.Value);
    }

    [Fact]
    public async Task LogBatch_Should_TellAllErrorsAtOnce_When_RulesAndTheRunsStateAreBroken()
    {
        var run = await engines.CreateRunAsync();
        await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Params = [new("lr", "0.1")] }, Caller.Anonymous);
        var outcome = await engines.Log.LogBatchAsync(
            new LogBatchRequest
            {
                RunId = run,
                Metrics = [new() { Key = "", Value = 1 }, new() { Key = "a//b", Value = 1 }, new() { Key = "ok", Value = 1, Rank = -1 }, new() { Key = new string('k', 251), Value = 1 }],
                Params = [new("lr", "0.2"), new("long", new string('x', 6001))],
                Tags = [new("t\0", "v"), new("t", "v\0")],
            },
            Caller.Anonymous);
        Assert.Equal(
            ["input.metrics.0.key", "input.metrics.1.key", "input.metrics.2.rank", "input.metrics.3.key", "input.params.0.value", "input.params.1.value", "input.tags.0.key", "input.tags.1.value"],
            outcome.Errors.Select(error => string.Join('.', error.Path)).Order());
        var conflict = Assert.Single(outcome.Errors.OfType<ParamConflictError>());
        Assert.Equal(("lr", "0.1"), (conflict.Key, conflict.Present));
        Assert.Empty(await engines.SummariesAsync(run));
    }

    [Fact]
    public async Task LogBatch_Should_RefuseOnlyTheConflictingBatch_When_TwoCallersSetAParamTogether()
    {
        var run = await engines.CreateRunAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => engines.Log.LogBatchAsync(
            new LogBatchRequest { RunId = run, Params = [new("seed", (i % 2).ToString(System.Globalization.CultureInfo.InvariantCulture))], Metrics = [new() { Key = $"m{i}", Value = i }] }, Caller.Anonymous)));
        Assert.Equal(4, outcomes.Count(outcome => outcome.Succeeded));
        Assert.Equal(4, outcomes.Count(outcome => outcome.Errors is [ParamConflictError]));
        Assert.Equal(4, (await engines.SummariesAsync(run)).Count);
    }

    [Fact]
    public async Task LogBatch_Should_ReplaceTagsAndMirrorTheName_When_TagsAreGivenAgain()
    {
        var parent = await engines.CreateRunAsync();
        var run = await engines.CreateRunAsync();
        var uuid = await engines.ScalarAsync<string>("SELECT uuid FROM run WHERE id = $1", parent);
        await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Tags = [new("a", "1"), new("mlflow.runName", "named"), new("mlflow.parentRunId", uuid)] }, Caller.Anonymous);
        await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Tags = [new("a", "2")] }, Caller.Anonymous);
        Assert.Equal("2", await engines.ScalarAsync<string>("SELECT value FROM run_tag WHERE run_id = $1 AND key = 'a'", run));
        Assert.Equal("named", await engines.ScalarAsync<string>("SELECT name FROM run WHERE id = $1", run));
        Assert.Equal(parent, await engines.ScalarAsync<long>("SELECT parent_id FROM run WHERE id = $1", run));
        Assert.Equal("1", await engines.ScalarAsync<string>("SELECT value FROM run_tag_history WHERE run_id = $1 AND key = 'a'", run));
    }

    [Fact]
    public async Task LogBatch_Should_AnswerTheSame_When_AClientTokenComesAgain()
    {
        var run = await engines.CreateRunAsync();
        var batch = new LogBatchRequest { RunId = run, Metrics = [new() { Key = "m", Value = double.NaN }], ClientToken = $"t-{run}" };
        var first = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => engines.Log.LogBatchAsync(batch, Caller.Anonymous)));
        Assert.All(first, outcome => Assert.Equal(1, outcome.Value!.NewPoints));
        Assert.Equal(1, (await engines.SummariesAsync(run)).Values.Single().Count);
        var other = await engines.Log.LogBatchAsync(batch with { Metrics = [new() { Key = "m", Value = 1 }] }, Caller.Anonymous);
        Assert.IsType<ClientTokenConflictError>(Assert.Single(other.Errors));
        Assert.Empty((await engines.Log.LogBatchAsync(batch with { Metrics = [new() { Key = "m", Value = 1 }] }, new Caller("another"))).Errors);
    }

    [Fact]
    public async Task LogBatch_Should_TakeNewPointsAndRefuseLateOnes_When_ClickHouseIsAway()
    {
        await using var nowhere = new ClickHouseClient(new ClickHouseOptions { Port = 1, Retries = 0 });
        await using var flusher = new PointFlusher(engines.Postgres, nowhere, new PointLogOptions(), NullLogger<PointFlusher>.Instance);
        await using var log = new PointLog(engines.Postgres, flusher, engines.Topics, new PointLogOptions { Committers = 1 }, NullLogger<PointLog>.Instance);
        LogBatchRequest Batch(long run, int step) => new() { RunId = run, Metrics = [new() { Key = "m", Step = step, Time = Start, Value = step }] };
        var runs = await Task.WhenAll(engines.CreateRunAsync(), engines.CreateRunAsync());
        Assert.Empty((await log.LogBatchAsync(Batch(runs[0], 5), Caller.Anonymous)).Errors);
        var late = log.LogBatchAsync(Batch(runs[0], 4), Caller.Anonymous);
        Assert.Empty((await log.LogBatchAsync(Batch(runs[1], 1), Caller.Anonymous)).Errors);
        Assert.Equal(GraphQL.Errors.ErrorCodes.StoreUnavailable, (await Assert.ThrowsAsync<GraphQL.Errors.GraphQLException>(() => late)).Error.Code);

        // ClickHouse is back: nothing was lost, and the late point is taken.
        Assert.Equal(1, (await engines.LogAsync(runs[0], new MetricInput { Key = "m", Step = 4, Time = Start, Value = 4 })).Value!.NewPoints);
        await engines.Flusher.FlushAsync();
        Assert.Equal([4.0, 5.0], (await engines.PointsInClickHouseAsync(runs[0])).Select(point => point.Point.Value));
        Assert.Equal([1.0], (await engines.PointsInClickHouseAsync(runs[1])).Select(point => point.Point.Value));
    }

    [Fact]
    public async Task LogBatch_Should_KeepNobodyElseWaiting_When_ARunIsHeldForLong()
    {
        await using var log = new PointLog(engines.Postgres, engines.Flusher, engines.Topics, new PointLogOptions { Committers = 1 }, NullLogger<PointLog>.Instance);
        Task<Outcome<LogBatchResult>> LogAsync(long run, int step) =>
            log.LogBatchAsync(new LogBatchRequest { RunId = run, Metrics = [new() { Key = "m", Step = step, Time = Start, Value = step }] }, Caller.Anonymous);
        var (held, free) = (await engines.CreateRunAsync(), await engines.CreateRunAsync());
        Task<Outcome<LogBatchResult>>[] waiting;
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        await using (await connection.BeginTransactionAsync())
        {
            await using var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM run_counter WHERE run_id = $1 FOR NO KEY UPDATE", connection) { Parameters = { new() { Value = held } } };
            await hold.ExecuteNonQueryAsync();

            // The first is a group alone; those that come meanwhile are one.
            var first = LogAsync(held, 1);
            var second = LogAsync(held, 2);
            var both = log.LogMetricsAsync(
                new LogMetricsRequest { Runs = [new(held, [new() { Key = "n", Step = 1, Time = Start, Value = 1 }]), new(free, [new() { Key = "n", Step = 1, Time = Start, Value = 1 }])] }, Caller.Anonymous);
            var (missing, other) = (LogAsync(long.MaxValue, 1), LogAsync(free, 1));
            Assert.Equal(1, (await other).Value!.NewPoints);
            Assert.IsType<NotFoundError>(Assert.Single((await missing).Errors));
            waiting = [first, second, both];
            Assert.All(waiting, task => Assert.False(task.IsCompleted));
        }

        Assert.Equal([1, 1, 2], (await Task.WhenAll(waiting)).Select(outcome => outcome.Value!.NewPoints));
        Assert.Equal((3L, 2L), (await engines.ScalarAsync<long>("SELECT seq FROM run_counter WHERE run_id = $1", held), await engines.ScalarAsync<long>("SELECT seq FROM run_counter WHERE run_id = $1", free)));
    }

    [Fact]
    public async Task LogBatch_Should_KnowABatchThatComesAgain_WithoutClickHouse()
    {
        await using var nowhere = new ClickHouseClient(new ClickHouseOptions { Port = 1, Retries = 0 });
        await using var flusher = new PointFlusher(engines.Postgres, nowhere, new PointLogOptions(), NullLogger<PointFlusher>.Instance);
        await using var log = new PointLog(engines.Postgres, flusher, engines.Topics, new PointLogOptions(), NullLogger<PointLog>.Instance);
        var runs = await Task.WhenAll(engines.CreateRunAsync(), engines.CreateRunAsync());
        MetricInput[] Metrics(int step) => [.. Enumerable.Range(step, 3).Select(i => new MetricInput { Key = i % 2 == 0 ? "m" : "n", Step = i, Time = Start, Value = i == 4 ? double.NaN : i })];
        Task<Outcome<LogBatchResult>> Log(params MetricInput[] metrics) => log.LogBatchAsync(new LogBatchRequest { RunId = runs[0], Metrics = metrics }, Caller.Anonymous);
        Task<Outcome<LogBatchResult>> LogBoth(int step) => log.LogMetricsAsync(new LogMetricsRequest { Runs = [new(runs[0], Metrics(step)), new(runs[1], Metrics(step))] }, Caller.Anonymous);
        async Task RequireUnknownAsync(Task<Outcome<LogBatchResult>> again) =>
            Assert.Equal(GraphQL.Errors.ErrorCodes.StoreUnavailable, (await Assert.ThrowsAsync<GraphQL.Errors.GraphQLException>(() => again)).Error.Code);

        Assert.Equal(3, (await Log(Metrics(0))).Value!.NewPoints);
        Assert.Equal(6, (await LogBoth(3)).Value!.NewPoints);
        Assert.Equal((0, 3), (await Log(Metrics(0))).Value is { } first ? (first.NewPoints, first.Points) : default);
        Assert.Equal(0, (await LogBoth(3)).Value!.NewPoints);

        // The same points of one run alone, in another order, or but for one value, are another batch, which ClickHouse must be asked about.
        await RequireUnknownAsync(Log(Metrics(3)));
        await RequireUnknownAsync(Log([.. Metrics(0).Reverse()]));
        await RequireUnknownAsync(Log([.. Metrics(0)[..2], Metrics(0)[2] with { Value = 7 }]));

        // Points that are taken away may come again.
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        await using (var removal = new Npgsql.NpgsqlBatch(connection) { BatchCommands = { RunCounterRows.WriteRemoved([(runs[1], 0)]) } })
            await removal.ExecuteNonQueryAsync();
        await RequireUnknownAsync(LogBoth(3));
        Assert.Equal(0, (await Log(Metrics(0))).Value!.NewPoints);

        // The latest few are known.
        for (var i = 0; i < 7; i++)
            Assert.Equal(3, (await Log(Metrics(10 + (3 * i)))).Value!.NewPoints);
        await RequireUnknownAsync(Log(Metrics(0)));
        Assert.Equal(0, (await Log(Metrics(10))).Value!.NewPoints);
        await engines.Flusher.FlushAsync();
        Assert.Equal(27, (await engines.PointsInClickHouseAsync(runs[0])).Count);
        Assert.Equal(0, (await engines.LogAsync(runs[0], Metrics(0))).Value!.NewPoints);
    }

    [Fact]
    public async Task LogBatch_Should_Refuse_When_TheRunIsMissingOrDeleted()
    {
        Assert.IsType<NotFoundError>(Assert.Single((await engines.LogAsync(long.MaxValue, new MetricInput { Key = "m", Value = 1 })).Errors));
        var run = await engines.CreateRunAsync();
        await engines.ScalarAsync<long>("UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = $1 RETURNING id", run);
        Assert.IsType<NotActiveError>(Assert.Single((await engines.LogAsync(run, new MetricInput { Key = "m", Value = 1 })).Errors));
    }

    private static void AssertSummaries(HashSet<MetricPoint> points, Dictionary<SeriesKey, SeriesSummary> actual)
    {
        var series = points.GroupBy(point => point.Series, point => point.Point).ToDictionary(group => group.Key, group => group.ToArray());
        Assert.Equal(series.Count, actual.Count);
        foreach (var (key, expected) in series)
        {
            var summary = actual[key];
            double[] numbers = [.. expected.Select(point => point.Value).Where(value => !double.IsNaN(value))];
            var mean = numbers.Length == 0 ? 0 : numbers.Sum() / numbers.Length;
            var ordered = expected.OrderBy(point => point.Position).ThenBy(point => double.IsNaN(point.Value) ? 0 : point.Value).ThenBy(point => double.IsNaN(point.Value)).ToArray();
            var last = ordered[^1];
            var tied = ordered.First(point => point.Position == last.Position && (double.IsNaN(point.Value) ? 0 : point.Value) == (double.IsNaN(last.Value) ? 0 : last.Value));
            Assert.Equal(expected.Length, summary.Count);
            Assert.Equal(expected.Length - numbers.Length, summary.NanCount);
            AssertClose(numbers.Sum(), summary.Sum);
            AssertClose(numbers.Sum(value => (value - mean) * (value - mean)), summary.M2);
            Assert.Equal((ordered[0].Position, ordered[0].Value), (summary.First.Position, summary.First.Value));
            Assert.Equal((tied.Position, tied.Value), (summary.Last.Position, summary.Last.Value));
            Assert.Equal(numbers.Length == 0 ? null : numbers.Min(), summary.Min?.Value);
            Assert.Equal(numbers.Length == 0 ? null : numbers.Max(), summary.Max?.Value);
            if (numbers.Length > 0)
            {
                Assert.Equal(expected.Where(point => point.Value == numbers.Min()).Min(point => point.Position), summary.Min!.Value.Position);
                Assert.Equal(expected.Where(point => point.Value == numbers.Max()).Min(point => point.Position), summary.Max!.Value.Position);
            }
        }
    }

    // Sums depend on the order of addition; with an infinity or an overflow among the values, how they end is all there is to say.
    private static IEnumerable<MetricPoint> PointsOf(PointColumns points) =>
        Enumerable.Range(0, points.Count).Select(i => new MetricPoint(points.Series[points.SeriesOf[i]], points.At(i, Start.ToUnixTimeMilliseconds()))).ToArray();

    private static void AssertClose(double expected, double actual)
    {
        if (!double.IsFinite(expected))
            Assert.False(double.IsFinite(actual));
        else
            Assert.InRange(actual, expected - (1e-9 * Math.Abs(expected)) - 1e-12, expected + (1e-9 * Math.Abs(expected)) + 1e-12);
    }
}
