using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>A crash is a flusher that stops between two of its steps; the next one must make the same of it.</summary>
[Collection("tracking")]
public sealed class PointFlusherTests(TrackingEngines engines)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Flush_Should_BringEveryPointOnce_When_AFlusherDiedAfterAStep(int steps)
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        await LogAsync(run, 0, 30);
        await LogAsync(run, 30, 60);
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            var block = steps > 0 ? await engines.Flusher.RecordBlockAsync(connection, long.MaxValue, default) : null;
            if (steps > 1)
                await engines.Flusher.InsertBlockAsync(connection, block!.Value, isReplay: false, default);
            if (steps > 2)
                await engines.Flusher.RemoveBlockAsync(connection, block!.Value, default);
        }

        await LogAsync(run, 60, 90);
        await engines.Flusher.FlushAsync();
        Assert.Equal(90, (await engines.PointsInClickHouseAsync(run)).Distinct().Count());
        Assert.Equal(90, (await engines.PointsInClickHouseAsync(run)).Count);
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM point_log WHERE run_ids && ARRAY[$1]", run));
        Assert.Equal(89.0, await engines.ScalarAsync<double>("SELECT last_value FROM run_metric_order WHERE run_id = $1", run));
    }

    [Fact]
    public async Task Insert_Should_ChangeNothing_When_TwoFlushersInsertTheSameBlock()
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        await LogAsync(run, 0, 10);
        await using var connection = await engines.Postgres.OpenConnectionAsync();
        var block = (await engines.Flusher.RecordBlockAsync(connection, long.MaxValue, default))!.Value;
        await engines.Flusher.InsertBlockAsync(connection, block, isReplay: false, default);
        await engines.Flusher.InsertBlockAsync(connection, block, isReplay: false, default);
        await engines.Flusher.RemoveBlockAsync(connection, block, default);
        Assert.Equal(10, (await engines.PointsInClickHouseAsync(run)).Count);
    }

    [Fact]
    public async Task Flush_Should_BringThePoints_When_ClickHouseDiedBetweenRememberingTheTokenAndPublishingThePart()
    {
        await engines.Flusher.FlushAsync();
        var (run, other) = (await engines.CreateRunAsync(), await engines.CreateRunAsync());
        await LogAsync(run, 0, 10);
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            var block = await engines.Flusher.RecordBlockAsync(connection, long.MaxValue, default);
            var group = await engines.ScalarAsync<long>("SELECT group_id FROM point_log WHERE block_id = $1", block!.Value);

            // The token as ClickHouse remembers it, without the points it stands for.
            var elsewhere = new SeriesBlock(SeriesTable.MetricPoint);
            elsewhere.AddPoint(0, new SeriesKey(other, MetricScope.Run, "elsewhere", "", 0), new SeriesPoint(default, 0), 1, long.MaxValue);
            await engines.Flusher.Inserts.InsertAsync(elsewhere, PointFlusher.TokenOf(SeriesTable.MetricPoint, [group]), default);
        }

        await engines.Flusher.FlushAsync();
        Assert.Equal(10, (await engines.PointsInClickHouseAsync(run)).Count);
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM point_log"));
    }

    [Fact]
    public async Task Flush_Should_OrderWhatChanged_When_ThatTakesLongerThanOtherStatementsMay()
    {
        var run = await engines.CreateRunAsync();
        MetricInput Input(string key, int step) => new() { Key = key, Step = step, Value = step, Time = DateTimeOffset.UnixEpoch };
        await engines.LogAsync(run, Input("same", 0), Input("more", 0));
        await engines.Flusher.FlushAsync();
        await engines.LogAsync(run, Input("more", 1), Input("new", 1));
        await using var impatient = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(engines.Engines.PostgresConnectionString) { CommandTimeout = 2 });
        await using var flusher = new PointFlusher(impatient, engines.ClickHouse, new PointLogOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger<PointFlusher>.Instance);
        Task flush;
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // Somebody else orders one of the series, and is long about it.
            await using var order = new NpgsqlCommand("INSERT INTO run_metric_order (run_id, scope, key, label, rank, last_value) VALUES ($1, 'RUN', 'new', '', 0, 7)", connection) { Parameters = { new() { Value = run } } };
            await order.ExecuteNonQueryAsync();
            flush = flusher.FlushAsync();
            while (!flush.IsCompleted && !await engines.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '2.5 seconds')"))
                await Task.Delay(10);
            await transaction.CommitAsync();
        }

        await flush;
        Assert.Equal("more 1, new 1, same 0", await engines.ScalarAsync<string>("SELECT string_agg(key || ' ' || last_value, ', ' ORDER BY key) FROM run_metric_order WHERE run_id = $1", run));

        // Not even locked.
        Assert.Equal("0", await engines.ScalarAsync<string>("SELECT xmax::text FROM run_metric_order WHERE run_id = $1 AND key = 'same'", run));
    }

    [Fact]
    public async Task RecordBlock_Should_SplitTheLog_When_ItHoldsMoreThanABlock()
    {
        await using var small = new PointFlusher(engines.Postgres, engines.ClickHouse, new PointLogOptions { MaxBlockPoints = 25 }, Microsoft.Extensions.Logging.Abstractions.NullLogger<PointFlusher>.Instance);
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        for (var i = 0; i < 6; i++)
            await LogAsync(run, i * 10, (i + 1) * 10);
        await using var connection = await engines.Postgres.OpenConnectionAsync();
        var block = await small.RecordBlockAsync(connection, long.MaxValue, default);
        Assert.Equal(20L, await engines.ScalarAsync<long>("SELECT sum(points) FROM point_log WHERE block_id = $1", block!.Value));
        await small.FlushAsync();
        Assert.Equal(60, (await engines.PointsInClickHouseAsync(run)).Count);
        Assert.Equal(0, small.PendingBytes);
    }

    [Fact]
    public async Task FlushRuns_Should_WaitForTheLockOfAnotherReplica_When_ItFlushes()
    {
        var run = await engines.CreateRunAsync();
        await LogAsync(run, 0, 10);
        await using var replica = new PointFlusher(engines.Postgres, engines.ClickHouse, new PointLogOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger<PointFlusher>.Instance);
        await Task.WhenAll(replica.FlushRunsAsync([run]), engines.Flusher.FlushRunsAsync([run]), replica.FlushAsync());
        Assert.Equal(10, (await engines.PointsInClickHouseAsync(run)).Count);
    }

    [Fact]
    public async Task FlushRuns_Should_FlushOnceForAllThatWait_When_WritersNeverRest()
    {
        var run = await engines.CreateRunAsync();
        await LogAsync(run, 0, 10);
        PointFlusher[] replicas =
        [
            .. Enumerable.Range(0, 3).Select(_ => new PointFlusher(engines.Postgres, engines.ClickHouse, new PointLogOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger<PointFlusher>.Instance)),
        ];
        var flushes = 0;
        foreach (var replica in replicas)
            replica.Flushed += _ => LogAsync(run, 10 * Interlocked.Increment(ref flushes), 10 * (flushes + 1)).GetAwaiter().GetResult();
        Task[] readers;
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        await using (await SessionLock.TakeAsync(connection, PointFlusher.LockKey, default))
        {
            readers = [.. replicas.Select(replica => replica.FlushRunsAsync([run]))];
            while (await engines.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") < readers.Length)
                await Task.Delay(10);
        }

        await Task.WhenAll(readers);
        Assert.Equal(1, flushes);
        Assert.Equal(10, (await engines.PointsInClickHouseAsync(run)).Count);
        foreach (var replica in replicas)
            await replica.DisposeAsync();
    }

    [Fact]
    public async Task LogBatch_Should_TakeALatePoint_When_PointsOfTheRunAreOnTheirWayOut()
    {
        var experiment = await engines.CreateExperimentAsync();
        var run = await engines.CreateRunAsync(experiment);
        MetricInput[] points = [.. Enumerable.Range(0, 10).Select(i => new MetricInput { Key = "m", Step = i, Value = 0, Time = DateTimeOffset.UnixEpoch })];
        await engines.LogAsync(run, points);
        await engines.Flusher.FlushAsync();

        // An import of its source, which has the fourth no more, was just committed.
        var gone = new SeriesBlock(SeriesTable.RemovedPoint);
        gone.AddRemovedPoint(experiment, run, seq: 4);
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            await using var import = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("UPDATE run_metric SET count = count - 1 WHERE run_id = $1") { Parameters = { new() { Value = run } } },
                    RunCounterRows.WriteRemoved([(run, 1)]),
                    PointLogRows.Insert(await engines.ScalarAsync<long>("SELECT nextval('point_group_id')"), gone, [run]),
                },
            };
            await import.ExecuteNonQueryAsync();
        }

        var outcome = await engines.LogAsync(run, points[3], points[5]);
        Assert.Equal(1, outcome.Value!.NewPoints);
        await engines.Flusher.FlushAsync();
        Assert.Equal(Enumerable.Range(0, 10).Select(step => (long)step), (await engines.PointsInClickHouseAsync(run)).Select(point => point.Point.Position.Step).Order());
    }

    [Fact]
    public async Task LogBatch_Should_RefuseWithACode_When_TheLogIsFull()
    {
        var options = new PointLogOptions { MaxPendingBytes = 1000 };
        await using var flusher = new PointFlusher(engines.Postgres, engines.ClickHouse, options, Microsoft.Extensions.Logging.Abstractions.NullLogger<PointFlusher>.Instance);
        await using var log = new PointLog(engines.Postgres, flusher, engines.Topics, options, Microsoft.Extensions.Logging.Abstractions.NullLogger<PointLog>.Instance);
        var run = await engines.CreateRunAsync();
        var batch = new LogBatchRequest { RunId = run, Metrics = [.. Enumerable.Range(0, 100).Select(i => new MetricInput { Key = "m", Step = i, Value = i })] };
        Assert.Empty((await log.LogBatchAsync(batch, Caller.Anonymous)).Errors);
        var fault = await Assert.ThrowsAsync<GraphQL.Errors.GraphQLException>(() => log.LogBatchAsync(batch, Caller.Anonymous));
        Assert.Equal(GraphQL.Errors.ErrorCodes.ResourceExhausted, fault.Error.Code);
        await flusher.FlushAsync();
        Assert.Empty((await log.LogBatchAsync(batch, Caller.Anonymous)).Errors);
    }

    private async Task LogAsync(long run, int from, int to)
    {
        var outcome = await engines.LogAsync(run, [.. Enumerable.Range(from, to - from).Select(i => new MetricInput { Key = "m", Step = i, Value = i })]);
        Assert.Equal(to - from, outcome.Value!.NewPoints);
    }
}
