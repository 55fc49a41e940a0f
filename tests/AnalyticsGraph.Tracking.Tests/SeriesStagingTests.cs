using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Staging;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Tracking.Tests;

[Collection("tracking")]
public sealed class SeriesStagingTests(TrackingEngines engines)
{
    [Fact]
    public async Task Publish_Should_ShowAllOrNothing_When_BlocksCameOneByOne()
    {
        var run = await engines.CreateRunAsync();
        await engines.LogAsync(run, PointInput(0), PointInput(5), PointInput(100));
        var (_, dataset, _) = await engines.CreateOwnersAsync();
        await using var staging = Staging();
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([.. Enumerable.Range(0, 50).Select(i => Point(run, i))]);
        await load.AddPointsAsync([.. Enumerable.Range(40, 20).Reverse().Select(i => Point(run, i)), Point(run, 200)]);
        await load.AddAsync(Samples(dataset, 0, 3), [dataset], default);
        await load.AddAsync(Samples(dataset, 2, 2), [dataset], default);
        await engines.Flusher.FlushAsync();
        Assert.Equal(3, (await engines.PointsInClickHouseAsync(run)).Count);
        Assert.Equal(3, Assert.Single(await engines.SummariesAsync(run)).Value.Count);

        // 0 to 59 and 200, of which 0 and 5 were there; and five rows of four samples.
        Assert.Equal(59 + 5, (await load.PublishAsync()).Value);
        await engines.Flusher.FlushAsync();
        var points = await engines.PointsInClickHouseAsync(run);
        Assert.Equal(Enumerable.Range(0, 60).Append(100).Append(200).Select(i => (double)i), points.Select(point => point.Point.Value).Order());
        var summary = Assert.Single(await engines.SummariesAsync(run)).Value;
        Assert.Equal((62, 200.0, Enumerable.Range(0, 60).Sum() + 300.0), (summary.Count, summary.Last.Value, summary.Sum));
        Assert.Equal(62L, await engines.ScalarAsync<long>("SELECT seq FROM run_counter WHERE run_id = $1", run));
        Assert.Equal([(0L, 0.0), (1, 0.0), (2, 2.0), (3, 2.0)], await SamplesAsync(dataset));
        Assert.Equal(ErrorCodes.Conflict, (await Assert.ThrowsAsync<GraphQLException>(() => load.AddPointsAsync([Point(run, 1)]))).Error.Code);
    }

    [Fact]
    public async Task Resume_Should_PublishOnce_When_AServerDiedAfterItWasAsked()
    {
        var run = await engines.CreateRunAsync();
        await using var staging = Staging();
        var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([Point(run, 1), Point(run, 2)]);
        var (token, hash) = ($"t-{run}", new byte[] { 1, 2 });
        await staging.AskAsync(load.Id, new StagedCall(2, "ingest/metrics", token, hash, []), default);

        // The server dies here; another one goes on, and so does a third at the same time.
        await using var other = Staging();
        await using var third = Staging();
        await Task.WhenAll(other.ResumeAsync(), third.ResumeAsync());
        await engines.Flusher.FlushAsync();
        Assert.Equal(2, (await engines.PointsInClickHouseAsync(run)).Count);
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_block WHERE load_id = $1", load.Id));
        Assert.Equal(0, await other.ResumeAsync());

        // The caller, who has no answer, asks again.
        var remembered = await ClientTokens.FindAsync(engines.Postgres, Caller.Anonymous, "ingest/metrics", token, default);
        Assert.Equal(new StagedAnswer(2, 2), ClientTokens.Recall<StagedAnswer>(remembered!, token, hash).Value);
        Assert.IsType<ClientTokenConflictError>(Assert.Single(ClientTokens.Recall<StagedAnswer>(remembered!, token, [3]).Errors));
    }

    [Fact]
    public async Task Resume_Should_ForgetALoad_When_ItsServerDiedBeforeItWasAsked()
    {
        var run = await engines.CreateRunAsync();
        await using var staging = Staging();
        var (young, old) = (await staging.BeginAsync(Caller.Anonymous), await staging.BeginAsync(Caller.Anonymous));
        await young.AddPointsAsync([Point(run, 1)]);
        await old.AddPointsAsync([Point(run, 2)]);
        await engines.ExecuteAsync("UPDATE staged_load SET touched_at = now() - interval '25 hours' WHERE id = $1", old.Id);
        await staging.ResumeAsync();
        Assert.Equal(young.Id, await engines.ScalarAsync<long>("SELECT load_id FROM staged_block WHERE load_id IN ($1, $2)", young.Id, old.Id));
        Assert.Equal(ErrorCodes.Conflict, (await Assert.ThrowsAsync<GraphQLException>(() => old.PublishAsync())).Error.Code);
        await young.DisposeAsync();
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_load WHERE id = $1", young.Id));
        await engines.Flusher.FlushAsync();
        Assert.Empty(await engines.PointsInClickHouseAsync(run));
    }

    [Fact]
    public async Task Publish_Should_StoreNothing_When_AnOwnerIsGone()
    {
        var run = await engines.CreateRunAsync();
        var (_, dataset, _) = await engines.CreateOwnersAsync();
        await using var staging = Staging();
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([Point(run, 1)]);
        await load.AddAsync(Samples(dataset, 0, 1), [dataset], default);
        await engines.ExecuteAsync("UPDATE dataset SET lifecycle_stage = 'DELETED' WHERE id = $1", dataset);
        Assert.Contains($"dataset in use with the id {dataset}", Assert.IsType<NotFoundError>(Assert.Single((await load.PublishAsync()).Errors)).Message, StringComparison.Ordinal);
        Assert.Empty(await engines.SummariesAsync(run));
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_load WHERE id = $1", load.Id));
    }

    [Fact]
    public async Task Add_Should_RefuseWithACode_When_TooMuchWaits()
    {
        var run = await engines.CreateRunAsync();
        await using var staging = new SeriesStaging(engines.Postgres, engines.Flusher, new PointLogOptions { MaxStagedBytes = 10_000 }, NullLogger<SeriesStaging>.Instance);
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        MetricPoint[] points = [.. Enumerable.Range(0, 100).Select(i => Point(run, i))];
        await load.AddPointsAsync(points);
        Assert.Equal(ErrorCodes.ResourceExhausted, (await Assert.ThrowsAsync<GraphQLException>(() => load.AddPointsAsync(points))).Error.Code);
    }

    private SeriesStaging Staging() => new(engines.Postgres, engines.Flusher, new PointLogOptions(), NullLogger<SeriesStaging>.Instance);

    private static MetricInput PointInput(int value) => new() { Key = "m", Step = value, Value = value, Time = DateTimeOffset.UnixEpoch };

    private static MetricPoint Point(long run, int value) => new(new SeriesKey(run, MetricScope.Run, "m", "", 0), new SeriesPoint(new PointPosition(0, value, 0), value));

    private static SeriesBlock Samples(long dataset, int from, int count)
    {
        var rows = new SeriesBlock(SeriesTable.Sample);
        for (var i = from; i < from + count; i++)
            rows.AddSample(dataset, i, $"{i}", [new("n", from)], []);
        return rows;
    }

    private async Task<List<(long Index, double Value)>> SamplesAsync(long dataset)
    {
        await using var result = await engines.ClickHouse.QueryAsync(
            new ClickHouse.ClickHouseQuery("SELECT sample_index, features['n'] AS n FROM sample FINAL WHERE dataset_id = {d:Int64} ORDER BY 1").With("d", "Int64", dataset));
        var samples = new List<(long, double)>();
        await foreach (var block in result.ReadBlocksAsync())
        {
            for (var row = 0; row < block.RowCount; row++)
                samples.Add((block.Column<long>("sample_index")[row], block.Column<double>("n")[row]));
        }

        return samples;
    }
}
