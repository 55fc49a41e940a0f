using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Staging;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

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
    public async Task Publish_Should_TakeEachPointOnce_When_BlocksComeInNoOrder()
    {
        var run = await engines.CreateRunAsync();
        await engines.LogAsync(run, PointInput(7), PointInput(150));
        await using var staging = Staging();
        await using var load = await staging.BeginAsync(Caller.Anonymous);

        // The first blocks ascend, the others do not; all say some of what others say, and NaN and -0 are equal to themselves and to 0.
        var random = new Random(1);
        List<MetricPoint>[] blocks =
        [
            [.. Enumerable.Range(0, 20).Select(i => Point(run, i))], [.. Enumerable.Range(20, 20).Select(i => Point(run, i))],
            .. Enumerable.Range(0, 6).Select(_ => Enumerable.Range(0, 40).Select(_ => Point(run, random.Next(200))).ToList()),
            [Odd(run, double.NaN), Odd(run, -0.0)], [Odd(run, 0.0), Odd(run, double.NaN), Odd(run, 1)],
        ];
        foreach (var block in blocks)
            await load.AddPointsAsync(block);
        var expected = blocks.SelectMany(block => block).Append(Point(run, 7)).Append(Point(run, 150)).ToHashSet();

        Assert.Equal(expected.Count - 2, (await load.PublishAsync()).Value);
        await engines.Flusher.FlushAsync();
        var points = await engines.PointsInClickHouseAsync(run);
        Assert.Equal(expected.Count, points.Count);
        Assert.Equal(expected, points.ToHashSet());
    }

    [Fact]
    public async Task Flush_Should_ShowAllOrNothing_When_APublishedLoadIsLargerThanABlock()
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        var load = await StageAsync(run, blocks: 20);
        var seen = new HashSet<long>();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                seen.Add(await engines.CountPointsAsync([run]));
        });

        // A caller's points of another run stand between; they are a block of their own.
        await load.PublishAsync();
        var other = await engines.CreateRunAsync();
        await engines.LogAsync(other, PointInput(1));
        await using (var small = SmallFlusher())
            await small.FlushAsync();
        Assert.Equal(1000, await engines.CountPointsAsync([run]));
        await stop.CancelAsync();
        await reading;
        Assert.Subset(new HashSet<long> { 0, 1000 }, seen);
        Assert.Equal(1, await engines.CountPointsAsync([other]));
        Assert.Empty(await TablesBesideAsync());
    }

    [Theory]
    [InlineData("beside")]
    [InlineData("moving")]
    [InlineData("moved")]
    public async Task Flush_Should_BringALargeLoadOnce_When_ItsFlusherDied(string when)
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        await (await StageAsync(run, blocks: 4)).PublishAsync();
        await using var small = SmallFlusher();
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            var block = (await small.RecordBlockAsync(connection, long.MaxValue, default))!.Value;
            if (when == "moved")
                await small.InsertBlockAsync(connection, block, isReplay: false, default);
            if (when is "beside" or "moving")
                await engines.ClickHouse.ExecuteAsync(new ClickHouse.ClickHouseQuery($"CREATE TABLE metric_point_block_{block}_dead AS metric_point"));
            if (when == "moving")
            {
                // ClickHouse died with one of the parts moved.
                var group = await engines.ScalarAsync<long>("SELECT max(group_id) FROM point_log WHERE block_id = $1", block);
                var part = new SeriesBlock(SeriesTable.MetricPoint);
                part.Append(await engines.ScalarAsync<byte[]>("SELECT payload FROM point_log WHERE block_id = $1 AND group_id = $2", block, group), group);
                await small.Inserts.InsertAsync(part, $"moved-{block}", default);
            }
        }

        await small.FlushAsync();
        var points = await engines.PointsInClickHouseAsync(run);
        Assert.Equal(200, points.Count);
        Assert.Equal(200, points.Distinct().Count());
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM point_log"));
        Assert.Empty(await TablesBesideAsync());
    }

    [Fact]
    public async Task Resume_Should_PublishOnce_When_AServerDiedAfterItWasAsked()
    {
        var run = await engines.CreateRunAsync();
        await using var staging = Staging();
        var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([Point(run, 1), Point(run, 2)]);
        var (token, hash) = ($"t-{run}", new byte[] { 1, 2 });
        await using var other = Staging();
        await using var third = Staging();
        await using (var server = await engines.Postgres.OpenConnectionAsync())
        await using (await SessionLock.TakeAsync(server, SeriesStaging.LockKey(load.Id), default))
        {
            Assert.True(await SeriesStaging.AskAsync(server, load.Id, new StagedCall(2, "ingest/metrics", token, hash, []), default));
            Assert.Equal(0, await other.ResumeAsync());
        }

        // The server dies here; another one goes on, and so does a third at the same time.
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
    public async Task Resume_Should_GoOn_When_ALoadCannotBePublished()
    {
        var (late, run) = (await engines.CreateRunAsync(), await engines.CreateRunAsync());
        await engines.LogAsync(late, PointInput(5));
        await engines.Flusher.FlushAsync();
        await using var nowhere = Nowhere();
        await using var flusher = new PointFlusher(engines.Postgres, nowhere, new PointLogOptions(), NullLogger<PointFlusher>.Instance);
        await using var staging = Staging(flusher);
        var first = await staging.BeginAsync(Caller.Anonymous);
        await first.AddPointsAsync([Point(late, 4)]);
        var second = await staging.BeginAsync(Caller.Anonymous);
        await second.AddPointsAsync([Point(run, 1)]);
        await using (var server = await engines.Postgres.OpenConnectionAsync())
        {
            foreach (var load in new[] { first, second })
                Assert.True(await SeriesStaging.AskAsync(server, load.Id, StagedCall.None, default));
        }

        Assert.Equal(1, await staging.ResumeAsync());
        Assert.Equal(1, Assert.Single(await engines.SummariesAsync(run)).Value.Count);
        Assert.Equal(1L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_load WHERE id = $1", first.Id));

        // A day in vain.
        await engines.ExecuteAsync("UPDATE staged_load SET publish_asked_at = now() - interval '25 hours' WHERE id = $1", first.Id);
        Assert.Equal(0, await staging.ResumeAsync());
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_load WHERE id = $1", first.Id));
        Assert.Equal(1, Assert.Single(await engines.SummariesAsync(late)).Value.Count);
    }

    [Fact]
    public async Task Resume_Should_ForgetALoad_When_ItsServerDiedBeforeItWasAsked()
    {
        var run = await engines.CreateRunAsync();
        await using var staging = Staging();
        await using var dead = Staging();
        var (young, old) = (await staging.BeginAsync(Caller.Anonymous), await dead.BeginAsync(Caller.Anonymous));
        await young.AddPointsAsync([Point(run, 1)]);
        await old.AddPointsAsync([Point(run, 2)]);
        await engines.ExecuteAsync("UPDATE staged_load SET touched_at = now() - interval '11 minutes' WHERE id IN ($1, $2)", young.Id, old.Id);
        await staging.TouchAsync(default);
        await staging.ResumeAsync();
        Assert.Equal(young.Id, await engines.ScalarAsync<long>("SELECT load_id FROM staged_block WHERE load_id IN ($1, $2)", young.Id, old.Id));
        Assert.Equal(ErrorCodes.Conflict, (await Assert.ThrowsAsync<GraphQLException>(() => old.PublishAsync())).Error.Code);
        await young.DisposeAsync();
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_load WHERE id = $1", young.Id));
        await engines.Flusher.FlushAsync();
        Assert.Empty(await engines.PointsInClickHouseAsync(run));
    }

    [Fact]
    public async Task Publish_Should_NeverHappen_When_ItFailedAndTheCallerWasTold()
    {
        var run = await engines.CreateRunAsync();
        await engines.LogAsync(run, PointInput(5));
        await engines.Flusher.FlushAsync();
        await using var nowhere = Nowhere();
        await using var flusher = new PointFlusher(engines.Postgres, nowhere, new PointLogOptions(), NullLogger<PointFlusher>.Instance);
        await using var staging = Staging(flusher);
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([Point(run, 4)]);
        Assert.Equal(ErrorCodes.StoreUnavailable, (await Assert.ThrowsAsync<GraphQLException>(() => load.PublishAsync())).Error.Code);

        // ClickHouse is back.
        await using var other = Staging();
        Assert.Equal(0, await other.ResumeAsync());
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_load WHERE id = $1", load.Id));
        Assert.Equal(1, Assert.Single(await engines.SummariesAsync(run)).Value.Count);
    }

    [Fact]
    public async Task Publish_Should_SayThatItIsNotKnown_When_TheLoadCannotBeTakenBack()
    {
        var run = await engines.CreateRunAsync();
        await using var impatient = NpgsqlDataSource.Create($"{engines.Engines.PostgresConnectionString};Command Timeout=1");
        await using var staging = new SeriesStaging(impatient, engines.Flusher, engines.Topics, new PointLogOptions(), NullLogger<SeriesStaging>.Instance);
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([Point(run, 1)]);
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        await using (await connection.BeginTransactionAsync())
        {
            // It can be asked for, and neither published nor taken back.
            await using var hold = new NpgsqlCommand("SELECT 1 FROM staged_load WHERE id = $1 FOR KEY SHARE", connection) { Parameters = { new() { Value = load.Id } } };
            await hold.ExecuteNonQueryAsync();
            await Assert.ThrowsAsync<InDoubtException>(() => load.PublishAsync());
        }

        // Neither is it while an earlier request with its token is being published.
        var token = $"t-{run}";
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        await using (await connection.BeginTransactionAsync())
        {
            Assert.Null(await ClientTokens.ClaimAsync(connection, Caller.Anonymous, "ingest/metrics", token, [1], default));
            await using var again = await staging.BeginAsync(Caller.Anonymous);
            await again.AddPointsAsync([Point(run, 2)]);
            await Assert.ThrowsAsync<InDoubtException>(() => again.PublishAsync(new StagedCall(1, "ingest/metrics", token, [1], []), default));
            Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM staged_load WHERE id = $1", again.Id));
        }

        Assert.Equal(1, await staging.ResumeAsync());
        Assert.Equal(1, Assert.Single(await engines.SummariesAsync(run)).Value.Count);
    }

    [Fact]
    public async Task Publish_Should_LockRunsInTheirOrder_And_TryAgain_When_AnotherOneDoesNot()
    {
        var runs = new List<long>();
        for (var i = 0; i < 8; i++)
            runs.Add(await engines.CreateRunAsync());
        await using var staging = Staging();
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([.. runs.Select(run => Point(run, 1))]);

        // In the table the first one stands behind the others.
        await engines.ExecuteAsync("UPDATE run_counter SET seq = seq WHERE run_id = $1", runs[0]);
        await using var connection = await engines.Postgres.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await LockAsync(connection, runs[^1]);
        var publishing = load.PublishAsync();
        await UntilALockIsWaitedForAsync();
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM (SELECT 1 FROM run_counter WHERE run_id = ANY ($1) FOR NO KEY UPDATE SKIP LOCKED) c", runs.ToArray()));

        // The other one takes the first run last, so that one of them must give way: the one that has waited longer.
        await LockAsync(connection, runs[0]);
        await transaction.CommitAsync();
        Assert.Equal(8, (await publishing).Value);
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
        await using var staging = new SeriesStaging(engines.Postgres, engines.Flusher, engines.Topics, new PointLogOptions { MaxStagedBytes = 10_000 }, NullLogger<SeriesStaging>.Instance);
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        MetricPoint[] points = [.. Enumerable.Range(0, 100).Select(i => Point(run, i))];
        await load.AddPointsAsync(points);
        Assert.Equal(ErrorCodes.ResourceExhausted, (await Assert.ThrowsAsync<GraphQLException>(() => load.AddPointsAsync(points))).Error.Code);
    }

    [Fact]
    public async Task Load_Should_BeRefusedWithACode_When_TooMuchWaitsForClickHouse()
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        var options = new PointLogOptions { MaxPendingBytes = 1000 };
        await using var nowhere = Nowhere();
        await using var flusher = new PointFlusher(engines.Postgres, nowhere, options, NullLogger<PointFlusher>.Instance);
        await using var staging = new SeriesStaging(engines.Postgres, flusher, engines.Topics, options, NullLogger<SeriesStaging>.Instance);
        await using var first = await staging.BeginAsync(Caller.Anonymous);
        await first.AddPointsAsync([.. Enumerable.Range(0, 100).Select(i => Point(run, i))]);
        await using var second = await staging.BeginAsync(Caller.Anonymous);
        await second.AddPointsAsync([Point(run, 200)]);
        Assert.Equal(100, (await first.PublishAsync()).Value);
        Assert.Equal(ErrorCodes.ResourceExhausted, (await Assert.ThrowsAsync<GraphQLException>(() => staging.BeginAsync(Caller.Anonymous))).Error.Code);
        Assert.Equal(ErrorCodes.ResourceExhausted, (await Assert.ThrowsAsync<GraphQLException>(() => second.PublishAsync())).Error.Code);

        // Where ClickHouse answers, a load makes room for the next one.
        await using var healthy = new PointFlusher(engines.Postgres, engines.ClickHouse, options, NullLogger<PointFlusher>.Instance);
        await using var other = new SeriesStaging(engines.Postgres, healthy, engines.Topics, options, NullLogger<SeriesStaging>.Instance);
        for (var i = 1; i <= 2; i++)
        {
            await using var load = await other.BeginAsync(Caller.Anonymous);
            await load.AddPointsAsync([.. Enumerable.Range(1000 * i, 100).Select(step => Point(run, step))]);
            Assert.Equal(100, (await load.PublishAsync()).Value);
        }

        await engines.Flusher.FlushAsync();
        Assert.Equal(300, await engines.CountPointsAsync([run]));
    }

    [Fact]
    public async Task Records_Should_BeToldInTheirOrder_When_ALoadComesToClickHouseAfterCallsThatFollowedIt()
    {
        await engines.Flusher.FlushAsync();
        var (job, _, _) = await engines.CreateOwnersAsync();
        await using var connection = await engines.Postgres.OpenConnectionAsync();
        await using var staging = Staging();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var flushes = 0;
        var feed = Feed();
        await feed.OpenAsync(new Dictionary<long, long> { [job] = 0 }, stop.Token);
        await using var reading = feed.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);

        Assert.True(await reading.MoveNextAsync());
        Assert.Equal([1, 2, 3], reading.Current.Records.Select(record => record.GlobalStep));

        // Another subscription goes on there, but not behind what was told.
        var position = LiveCursor.Parse(LiveCursorKind.Runtime, reading.Current.Cursor)[job];
        await Feed().OpenAsync(new Dictionary<long, long> { [job] = position }, stop.Token);
        var beyond = new Dictionary<long, long> { [job] = position + 1 };
        Assert.Equal(ErrorCodes.BadUserInput, (await Assert.ThrowsAsync<GraphQLException>(() => Feed().OpenAsync(beyond, stop.Token))).Error.Code);
        await stop.CancelAsync();

        RuntimeFeed Feed() => new(engines.Topics, FlushAsync, new ClickHouseReads(engines.ClickHouse, new MappingLimits()), job);

        async Task FlushAsync(CancellationToken ct)
        {
            if (flushes++ > 0)
            {
                await engines.Flusher.FlushPendingAsync(ct);
                return;
            }

            // Logged just when the feed has flushed: a call, a load and another call. Another flusher has inserted the calls, which are one block, but not yet the load.
            await LogAsync(1);
            await using var load = await staging.BeginAsync(Caller.Anonymous, ct);
            var rows = new SeriesBlock(SeriesTable.JobRuntime);
            rows.AddRuntime(job, Record(2));
            await load.AddAsync(rows, [job], ct);
            Assert.Equal(1, (await load.PublishAsync(ct)).Value);
            await LogAsync(3);
            var block = await engines.Flusher.RecordBlockAsync(connection, long.MaxValue, ct);
            await engines.Flusher.InsertBlockAsync(connection, block!.Value, isReplay: false, ct);
        }

        async Task LogAsync(int step) =>
            Assert.Empty((await engines.Rows.LogJobRuntimeAsync(new LogJobRuntimeRequest { JobId = job, Records = [Record(step)] }, Caller.Anonymous)).Errors);

        static JobRuntimeRecord Record(int step) => new() { Time = new DateTimeOffset(2026, 1, 1, 0, 0, step, TimeSpan.Zero), GlobalStep = step };
    }

    private SeriesStaging Staging(PointFlusher? flusher = null) => new(engines.Postgres, flusher ?? engines.Flusher, engines.Topics, new PointLogOptions(), NullLogger<SeriesStaging>.Instance);

    private static ClickHouse.ClickHouseClient Nowhere() => new(new ClickHouse.ClickHouseOptions { Port = 1, Retries = 0 });

    private PointFlusher SmallFlusher() => new(engines.Postgres, engines.ClickHouse, new PointLogOptions { MaxBlockPoints = 70 }, NullLogger<PointFlusher>.Instance);

    /// <summary>A load of blocks of 50 points each.</summary>
    private async Task<StagedLoad> StageAsync(long run, int blocks)
    {
        var load = await Staging().BeginAsync(Caller.Anonymous);
        for (var block = 0; block < blocks; block++)
            await load.AddPointsAsync([.. Enumerable.Range(50 * block, 50).Select(i => Point(run, i))]);
        return load;
    }

    private static async Task LockAsync(NpgsqlConnection connection, long run)
    {
        await using var take = new NpgsqlCommand("SELECT 1 FROM run_counter WHERE run_id = $1 FOR NO KEY UPDATE", connection) { Parameters = { new() { Value = run } } };
        await take.ExecuteNonQueryAsync();
    }

    private async Task UntilALockIsWaitedForAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await engines.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0)
            await Task.Delay(5, limit.Token);
    }

    private async Task<string[]> TablesBesideAsync()
    {
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouse.ClickHouseQuery("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%\\_block\\_%'"));
        return await result.ReadColumnAsync<string>("name");
    }

    private static MetricPoint Odd(long run, double value) => new(new SeriesKey(run, MetricScope.Run, "m", "", 0), new SeriesPoint(new PointPosition(0, 500, 0), value));

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
