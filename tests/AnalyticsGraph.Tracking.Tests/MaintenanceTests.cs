using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Maintenance;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rollups;
using AnalyticsGraph.Tracking.Staging;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>verify, repair and gc. They look at whole stores, so they have engines of their own.</summary>
public sealed class MaintenanceTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Verify_Should_FindNothing_When_PointsAreOddAndStillWait()
    {
        await RepairAsync();
        var run = await LogSeriesAsync();
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, double.MaxValue, double.Epsilon, -1e300, 1e16, 3, -1e16];
        await engines.LogAsync(run.Run, [.. odd.Select((value, i) => new MetricInput { Key = "odd", Step = i % 3, Time = Start.AddMilliseconds(i % 2), Value = value })]);
        await engines.LogAsync(run.Run, [.. odd.Where(double.IsFinite).Select((value, i) => new MetricInput { Key = "finite", Step = 5 - i, Time = Start, Value = value })]);
        await engines.LogAsync(run.Run, new MetricInput { Key = "nan", Value = double.NaN }, new MetricInput { Key = "endless", Value = double.PositiveInfinity });
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Verify_Should_TellEachDifferenceAndRepairMendIt_When_WhatIsDerivedWasDamaged()
    {
        await RepairAsync();
        var (run, _, _, _) = await LogSeriesAsync();
        var other = await engines.CreateRunAsync();
        await engines.LogAsync(other, new MetricInput { Key = "m", Value = 1 });
        Assert.Empty(await VerifyAsync());
        await engines.ExecuteAsync("UPDATE run_metric SET max_value = max_value + 1, last_time = last_time + interval '1 ms' WHERE run_id = $1 AND key = 'loss' AND scope = 'RUN'", run);
        await engines.ExecuteAsync("UPDATE run_metric SET sum = sum * (1 + 1e-7) WHERE run_id = $1 AND key = 'acc'", run);
        await engines.ExecuteAsync("DELETE FROM run_metric WHERE run_id = $1", other);
        await engines.ExecuteAsync(
            """
            INSERT INTO run_metric (run_id, scope, key, count, nan_count, sum, m2, first_epoch, first_step, first_time, first_value, last_epoch, last_step, last_time, last_value)
            VALUES ($1, 'RUN', 'invented', 1, 0, 1, 0, 0, 0, now(), 1, 0, 0, now(), 1)
            """, run);
        await engines.ExecuteAsync("DELETE FROM run_metric_order WHERE run_id = $1 AND scope = 'EPOCH'", run);
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery(
            "INSERT INTO run_dimension SELECT * REPLACE ('wrong' AS name, map('a', 'b') AS tags, version + 1 AS version) FROM run_dimension FINAL WHERE id = {r:Int64}").With("r", "Int64", run));
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery("INSERT INTO dataset_dimension (id, name, version, deleted) VALUES (987654321, 'stranger', 1, 0)"));

        var found = await VerifyAsync();
        Assert.Equal(
            ["copy dataset 987654321", $"copy run {run}", $"counter run {run}", $"counter run {other}", $"summary run {run} RUN 'acc'", $"summary run {run} RUN 'invented'", $"summary run {run} RUN 'loss'", $"summary run {other} RUN 'm'"],
            found.Where(d => d.Kind != "order").Select(d => $"{d.Kind} {d.Subject}").Order(StringComparer.Create(System.Globalization.CultureInfo.InvariantCulture, System.Globalization.CompareOptions.NumericOrdering)));
        Assert.Contains(found, d => d.Kind == "order");
        Assert.Contains("max is 10 at (0, 9, 1767225600000) instead of 9 at (0, 9, 1767225600000)", found.Single(d => d.Subject.EndsWith("'loss'", StringComparison.Ordinal) && d.Kind == "summary").Message, StringComparison.Ordinal);
        Assert.Contains("name is 'wrong'", found.Single(d => d.Subject == $"run {run}" && d.Kind == "copy").Message, StringComparison.Ordinal);

        var report = await RepairAsync();
        Assert.Equal((4, 2), (report.Summaries, report.Copies));
        Assert.Empty(await VerifyAsync());
        Assert.Equal(new RepairReport(0, 0, 0, 0, 0), await RepairAsync());
    }

    [Fact]
    public async Task Verify_Should_TellRollupsThatDifferAndRepairRemoveThem()
    {
        await RepairAsync();
        var run = await engines.CreateRunAsync();
        for (var batch = 0; batch < 5; batch++)
            await engines.LogAsync(run, [.. Enumerable.Range(batch * 1000, 1000).Select(step => new MetricInput { Key = "long", Step = step, Time = Start.AddSeconds(step), Value = step % 50 == 0 ? double.NaN : Math.Sin(step) * 1e3 })]);
        await using var builder = new RollupBuilder(
            engines.Postgres, engines.ClickHouse, engines.Flusher, new RollupOptions { LeastPoints = 5000, LeastNewPoints = 1, PointsPerBucket = 16 }, NullLogger<RollupBuilder>.Instance);
        Assert.Equal(1, await builder.BuildAsync());
        Assert.Empty(await VerifyAsync());
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery(
            "INSERT INTO metric_rollup SELECT * REPLACE (high_value + 1 AS high_value) FROM metric_rollup FINAL WHERE run_id = {r:Int64} AND bucket = 128").With("r", "Int64", run));

        var fault = Assert.Single(await VerifyAsync());

        Assert.Equal(("rollup", $"run {run} RUN 'long'"), (fault.Kind, fault.Subject));
        Assert.Equal(1, (await RepairAsync()).Rollups);
        Assert.Empty(await VerifyAsync());
        Assert.Equal(1, await builder.BuildAsync());
        Assert.Empty(await VerifyAsync());

        // Where points are taken away, the rollups are forgotten with them, and built without what is left of them.
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery(
            "INSERT INTO metric_rollup SELECT * REPLACE (bucket + 1048576 AS bucket) FROM metric_rollup FINAL WHERE run_id = {r:Int64} AND bucket = 128").With("r", "Int64", run));
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            await using var batch = new Npgsql.NpgsqlBatch(connection) { BatchCommands = { RunCounterRows.WriteRemoved([(run, 0)]) } };
            await batch.ExecuteNonQueryAsync();
        }

        Assert.Equal(0, await engines.ScalarAsync<long>("SELECT count(*) FROM run_metric_rollup WHERE run_id = $1", run));
        Assert.Equal(1, await builder.BuildAsync());
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Verify_Should_FindNothing_When_ABuildOfRollupsWasCutShort()
    {
        await RepairAsync();
        var run = await engines.CreateRunAsync();
        await using var builder = new RollupBuilder(
            engines.Postgres, engines.ClickHouse, engines.Flusher, new RollupOptions { LeastPoints = 1000, LeastNewPoints = 1, PointsPerBucket = 16 }, NullLogger<RollupBuilder>.Instance);
        await LogAsync(0);
        Assert.Equal(1, await builder.BuildAsync());
        await LogAsync(1000);
        Assert.Equal(1, await builder.BuildAsync());

        // The buckets are in ClickHouse; PostgreSQL was never told.
        await engines.ScalarAsync<long>("UPDATE run_metric_rollup SET seq = 1000, points = 1000 WHERE run_id = $1 RETURNING seq", run);

        Assert.Empty(await VerifyAsync());
        Assert.Equal(1, await builder.BuildAsync());
        Assert.Empty(await VerifyAsync());

        Task LogAsync(int first) =>
            engines.LogAsync(run, [.. Enumerable.Range(first, 1000).Select(step => new MetricInput { Key = "long", Step = step, Time = Start.AddSeconds(step), Value = Math.Sin(step) })]);
    }

    [Fact]
    public async Task Build_Should_SummarizeTheOthers_When_ClickHouseRefusesOneSeries()
    {
        await RepairAsync();
        var runs = new[] { await engines.CreateRunAsync(), await engines.CreateRunAsync() };
        foreach (var (run, first) in new[] { (runs[0], 0), (runs[0], 1000), (runs[0], 2000), (runs[0], 3000), (runs[1], 0) })
            await engines.LogAsync(run, [.. Enumerable.Range(first, 1000).Select(step => new MetricInput { Key = "long", Step = step, Time = Start.AddSeconds(step), Value = Math.Sin(step) })]);
        await using var strict = new ClickHouseClient(ClickHouseOptions.Parse(engines.Engines.ClickHouseConnectionString) with { Settings = new Dictionary<string, string> { ["max_rows_to_group_by"] = "20" } });
        var options = new RollupOptions { LeastPoints = 1000, LeastNewPoints = 1, PointsPerBucket = 16 };
        await using var builder = new RollupBuilder(engines.Postgres, strict, engines.Flusher, options, NullLogger<RollupBuilder>.Instance);

        Assert.Equal(1, await builder.BuildAsync());
        Assert.Equal(runs[1], await engines.ScalarAsync<long>("SELECT run_id FROM run_metric_rollup WHERE run_id = ANY ($1)", runs));

        // Not again at each look, but by whoever is not refused.
        Assert.Equal(0, await builder.BuildAsync());
        await using var able = new RollupBuilder(engines.Postgres, engines.ClickHouse, engines.Flusher, options, NullLogger<RollupBuilder>.Instance);
        Assert.Equal(1, await able.BuildAsync());
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Repair_Should_MendWhatDiffers_When_OthersAreWrittenTo()
    {
        await RepairAsync();
        var (damaged, busy) = (await engines.CreateRunAsync(), await engines.CreateRunAsync());
        await engines.LogAsync(damaged, [.. Enumerable.Range(0, 10).Select(step => new MetricInput { Key = "m", Step = step, Time = Start, Value = step })]);
        await engines.Flusher.FlushAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var step = 0; !stop.IsCancellationRequested; step++)
                await engines.LogAsync(busy, new MetricInput { Key = $"m{step / 100}", Step = step, Time = Start, Value = step });
        });
        try
        {
            for (var step = 0; step < 5; step++)
            {
                await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery("DELETE FROM metric_point WHERE run_id = {r:Int64} AND step = {s:Int64}").With("r", "Int64", damaged).With("s", "Int64", (long)step));
                Assert.Equal(1, (await RepairAsync()).Summaries);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }

        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Repair_Should_CopyTheSummaryAsItIsAtLast_When_ItIsWrittenWhileTheOrderIsRepaired()
    {
        await RepairAsync();
        var run = await engines.CreateRunAsync();
        await engines.LogAsync(run, new MetricInput { Key = "m", Value = 1 });
        await engines.Flusher.FlushAsync();
        await engines.ExecuteAsync("UPDATE run_metric_order SET max_value = -1 WHERE run_id = $1", run);
        Task<RepairReport> repair;
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            // As a batch and its flush write them.
            await using var transaction = await connection.BeginTransactionAsync();
            foreach (var sql in new[] { "SELECT 1 FROM run_counter WHERE run_id = $1 FOR NO KEY UPDATE", "UPDATE run_metric SET max_value = 7 WHERE run_id = $1", "UPDATE run_metric_order SET max_value = 7 WHERE run_id = $1" })
            {
                await using var command = new Npgsql.NpgsqlCommand(sql, connection) { Parameters = { new() { Value = run } } };
                await command.ExecuteNonQueryAsync();
            }

            repair = RepairAsync();
            while (!repair.IsCompleted && await engines.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0)
                await Task.Delay(10);
            Assert.False(repair.IsCompleted);
            await transaction.CommitAsync();
        }

        await repair;
        Assert.Equal(7.0, await engines.ScalarAsync<double>("SELECT max_value FROM run_metric_order WHERE run_id = $1", run));
        var report = await RepairAsync();
        Assert.Equal((1, 1), (report.Summaries, report.OrderRows));
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Verify_Should_TellOrphansDoublesAndLostReferences_When_ClickHouseHasThem()
    {
        await RepairAsync();
        var run = await engines.CreateRunAsync();
        await engines.LogAsync(run, new MetricInput { Key = "m", Value = 1 });
        await engines.Flusher.FlushAsync();
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery("INSERT INTO metric_point SELECT * FROM metric_point WHERE run_id = {r:Int64}").With("r", "Int64", run));
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery("INSERT INTO job_runtime (job_id, time, version) VALUES (987654321, now(), 1)"));
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery("INSERT INTO epoch (experiment_id, run_id, version) VALUES (987654321, {r:Int64}, 1)").With("r", "Int64", run));
        var (_, dataset, _) = await engines.CreateOwnersAsync();
        await using var staging = new SeriesStaging(engines.Postgres, engines.Flusher, engines.Topics, new PointLogOptions(), NullLogger<SeriesStaging>.Instance);
        await using var load = await staging.BeginAsync(Caller.Anonymous);
        await load.AddPointsAsync([.. new[] { (0L, dataset), (987654321, 0), (0, 987654322) }.Select((named, i) =>
            new MetricPoint(new SeriesKey(run, MetricScope.Run, "named", "", 0), new SeriesPoint(new PointPosition(0, i, 0), i, named.Item1, named.Item2)))]);
        await load.PublishAsync();
        try
        {
            var found = await VerifyAsync();
            Assert.Contains(found, d => d is { Kind: "reference", Subject: "metric_point of logged model 987654321", Message: "1 rows name what is not there" });
            Assert.Contains(found, d => d is { Kind: "reference", Subject: "metric_point of dataset 987654322" });
            Assert.Contains(found, d => d.Kind == "duplicate" && d.Subject == $"run {run} RUN 'm'");
            Assert.Contains(found, d => d is { Kind: "orphan", Subject: "job_runtime of job 987654321" });
            Assert.Contains(found, d => d.Kind == "orphan" && d.Subject == $"epoch of run {run}" && d.Message.Contains("experiment 987654321", StringComparison.Ordinal));
            Assert.Equal(5, found.Count);
        }
        finally
        {
            foreach (var sql in new[] { "DELETE FROM metric_point WHERE run_id = {r:Int64}", "DELETE FROM job_runtime WHERE job_id = 987654321", "DELETE FROM epoch WHERE run_id = {r:Int64}" })
                await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery(sql).With("r", "Int64", run));
            await RepairAsync();
        }
    }

    [Fact]
    public async Task Verify_Should_FindNothing_When_OthersWriteMeanwhile()
    {
        await RepairAsync();
        var run = await engines.CreateRunAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await engines.LogAsync(run, new MetricInput { Key = $"m{i / 100}", Step = i, Value = i });
                await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Tags = [new("at", $"{i}")] }, Caller.Anonymous);
            }
        });
        try
        {
            for (var i = 0; i < 3; i++)
                Assert.Empty(await VerifyAsync());
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }

        Assert.Empty(await VerifyAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Gc_Should_LeaveNothingOfWhatWasDeletedLongAgo_When_ItDiedAfterAStep(int steps)
    {
        await RepairAsync();
        var experiment = await engines.CreateExperimentAsync();
        var (kept, gone) = (await LogSeriesAsync(experiment), await LogSeriesAsync(experiment));
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery(
            """
            INSERT INTO metric_record_link (source, original_id, level, experiment_id, run_id, version)
            VALUES ('local', {m:Int64}, 'RESULT', {e:Int64}, {g:Int64}, 1), ('local', {m:Int64} + 1, 'RESULT', {e:Int64}, {g:Int64}, 1), ('local', {m:Int64} + 1, 'RESULT', {e:Int64}, {k:Int64}, 1)
            """).With("e", "Int64", experiment).With("m", "Int64", gone.Run * 10).With("g", "Int64", gone.Run).With("k", "Int64", kept.Run));
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery("INSERT INTO metric_record (source, original_id, version) VALUES ('local', {m:Int64}, 1), ('local', {m:Int64} + 1, 1), ('local', {m:Int64} + 2, 1)")
            .With("m", "Int64", gone.Run * 10));
        await DeleteAsync(gone);
        var collector = new GarbageCollector(engines.Postgres, engines.ClickHouse, engines.Flusher, Copier());
        Assert.DoesNotContain((await collector.RunAsync(TimeSpan.FromDays(30), null, isDryRun: false)).Removed, row => row.Table is "run" or "job");
        Assert.Equal(2, await CountAsync(gone));

        // As though they had been deleted long ago, and one that others still need.
        await engines.ExecuteAsync("ALTER TABLE run DISABLE TRIGGER keep_history_update; ALTER TABLE job DISABLE TRIGGER keep_history_update; ALTER TABLE dataset DISABLE TRIGGER keep_history_update; ALTER TABLE prediction_set DISABLE TRIGGER keep_history_update");
        foreach (var table in new[] { "run", "job", "dataset", "prediction_set" })
            await engines.ExecuteAsync($"UPDATE {table} SET changed_at = now() - interval '31 days' WHERE lifecycle_stage = 'DELETED'");
        await engines.ExecuteAsync("ALTER TABLE run ENABLE TRIGGER keep_history_update; ALTER TABLE job ENABLE TRIGGER keep_history_update; ALTER TABLE dataset ENABLE TRIGGER keep_history_update; ALTER TABLE prediction_set ENABLE TRIGGER keep_history_update");
        var dry = (await collector.RunAsync(TimeSpan.FromDays(30), null, isDryRun: true)).Removed;
        Assert.Equal(2, await CountAsync(gone));
        Assert.Contains(("run", 1L), dry);
        Assert.Contains(("sample", 1L), dry);
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            if (steps > 0)
                await collector.RemoveRecordsAsync(connection, TimeSpan.FromDays(30), null, isDryRun: false, default);
            if (steps > 1)
            {
                // Killed in the middle of ClickHouse's tables.
                await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery("DELETE FROM epoch WHERE run_id = {r:Int64}").With("r", "Int64", gone.Run));
            }
        }

        var removed = (await collector.RunAsync(TimeSpan.FromDays(30), null, isDryRun: false)).Removed;
        if (steps == 0)
            Assert.Equal(dry, removed);
        Assert.Equal(0, await CountAsync(gone));
        Assert.Equal(2, await CountAsync(kept));
        Assert.Equal([gone.Run * 10 + 1, gone.Run * 10 + 2], await RecordsAsync(gone.Run * 10));
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM removed_owner"));
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Gc_Should_KeepModelsAndDatasets_When_PointsOfARunNameThem()
    {
        await RepairAsync();
        var run = await engines.CreateRunAsync();
        var (_, dataset, set) = await engines.CreateOwnersAsync();
        var (_, unnamed, _) = await engines.CreateOwnersAsync();
        var model = await engines.ScalarAsync<long>("INSERT INTO logged_model (source, model_id, experiment_id, name) SELECT 'local', 'm-' || id, experiment_id, 'm' FROM run WHERE id = $1 RETURNING id", run);
        await using (var staging = new SeriesStaging(engines.Postgres, engines.Flusher, engines.Topics, new PointLogOptions(), NullLogger<SeriesStaging>.Instance))
        await using (var load = await staging.BeginAsync(Caller.Anonymous))
        {
            await load.AddPointsAsync([new MetricPoint(new SeriesKey(run, MetricScope.Run, "named", "", 0), new SeriesPoint(new PointPosition(0, 0, 0), 1, model, dataset))]);
            await load.PublishAsync();
        }

        var collector = new GarbageCollector(engines.Postgres, engines.ClickHouse, engines.Flusher, Copier());
        await collector.RunAsync(TimeSpan.Zero, null, isDryRun: false);
        await DeleteAsync(("prediction_set", set), ("dataset", dataset), ("dataset", unnamed), ("logged_model", model));
        await engines.ExecuteAsync("DELETE FROM prediction_set WHERE dataset_id = $1", unnamed);
        var report = await collector.RunAsync(TimeSpan.Zero, null, isDryRun: false);
        Assert.Equal([("logged_model", 1L), ("dataset", 1L)], report.Kept);
        Assert.Contains(("dataset", 1L), report.Removed);
        Assert.Empty(await VerifyAsync());

        // With the run its points go, and what they named.
        await DeleteAsync(("run", run));
        report = await collector.RunAsync(TimeSpan.Zero, null, isDryRun: false);
        Assert.Empty(report.Kept);
        Assert.Contains(("logged_model", 1L), report.Removed);
        Assert.Contains(("dataset", 1L), report.Removed);
        Assert.Empty(await VerifyAsync());

        async Task DeleteAsync(params (string Table, long Id)[] records)
        {
            foreach (var (table, id) in records)
                await engines.ExecuteAsync($"UPDATE {table} SET lifecycle_stage = 'DELETED' WHERE id = $1", id);
        }
    }

    [Fact]
    public async Task Gc_Should_KeepWhatOthersName_When_TheyMayNotGo()
    {
        var experiment = await engines.CreateExperimentAsync();
        var parent = await engines.CreateRunAsync(experiment);
        var child = (await engines.Store.CreateRunAsync(new CreateRunRequest { ExperimentId = experiment, ParentId = parent }, Caller.Anonymous)).Value;
        var (job, _, _) = await engines.CreateOwnersAsync();
        var cluster = await engines.ScalarAsync<long>("INSERT INTO cluster (source, uid) VALUES ('local', $1) RETURNING id", Guid.NewGuid().ToString("n"));
        await engines.ExecuteAsync("UPDATE job SET cluster_id = $1 WHERE id = $2", cluster, job);
        await engines.ExecuteAsync("UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = $1", parent);
        await engines.ExecuteAsync("UPDATE cluster SET lifecycle_stage = 'DELETED' WHERE id = $1", cluster);
        var (_, _, set) = await engines.CreateOwnersAsync();
        var model = await engines.ScalarAsync<long>("INSERT INTO registered_model (source, name) VALUES ('local', $1) RETURNING id", Guid.NewGuid().ToString("n"));
        var version = await engines.ScalarAsync<long>("INSERT INTO model_version (registered_model_id, source, name, version) SELECT id, source, name, 1 FROM registered_model WHERE id = $1 RETURNING id", model);
        await engines.ExecuteAsync("UPDATE prediction_set SET model_version_id = $1 WHERE id = $2", version, set);
        await engines.ExecuteAsync("UPDATE registered_model SET lifecycle_stage = 'DELETED' WHERE id = $1", model);
        var collector = new GarbageCollector(engines.Postgres, engines.ClickHouse, engines.Flusher, Copier());
        await collector.RunAsync(TimeSpan.Zero, null, isDryRun: false);
        Assert.Equal(parent, await engines.ScalarAsync<long>("SELECT parent_id FROM run WHERE id = $1", child));
        Assert.Equal(cluster, await engines.ScalarAsync<long>("SELECT cluster_id FROM job WHERE id = $1", job));
        Assert.Equal(version, await engines.ScalarAsync<long>("SELECT model_version_id FROM prediction_set WHERE id = $1", set));

        await engines.ExecuteAsync("UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = $1", child);
        await engines.ExecuteAsync("UPDATE job SET lifecycle_stage = 'DELETED' WHERE id = $1", job);
        await engines.ExecuteAsync("UPDATE prediction_set SET lifecycle_stage = 'DELETED' WHERE id = $1", set);
        await collector.RunAsync(TimeSpan.Zero, null, isDryRun: false);
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM run WHERE id = ANY ($1)", new[] { parent, child }));
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM cluster WHERE id = $1", cluster));
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM registered_model WHERE id = $1", model));
    }

    [Fact]
    public async Task Gc_Should_KeepWhatARunNames_When_TheRunStays()
    {
        var run = await engines.CreateRunAsync();
        var child = (await engines.Store.CreateRunAsync(
            new CreateRunRequest { ExperimentId = await engines.ScalarAsync<long>("SELECT experiment_id FROM run WHERE id = $1", run), ParentId = run }, Caller.Anonymous)).Value;
        var (_, dataset, set) = await engines.CreateOwnersAsync();
        var model = await engines.ScalarAsync<long>("INSERT INTO logged_model (source, model_id, experiment_id, name) SELECT 'local', 'm-' || id, experiment_id, 'm' FROM run WHERE id = $1 RETURNING id", run);
        await engines.ExecuteAsync("DELETE FROM prediction_set WHERE id = $1", set);
        await engines.ExecuteAsync(
            """
            INSERT INTO run_input (source, run_id, dataset_id, logged_model_id, direction, origin_type, origin_id, destination_type, destination_id)
            VALUES ('local', $1, $2, NULL, 'INPUT', 'DATASET', $2::text, 'RUN', $1::text), ('local', $1, NULL, $3, 'OUTPUT', 'RUN_OUTPUT', $1::text, 'MODEL_OUTPUT', $3::text),
                ('local', NULL, $2, NULL, 'INPUT', 'DATASET', $2::text, 'RUN', 'of a run that was never here')
            """, run, dataset, model);
        var collector = new GarbageCollector(engines.Postgres, engines.ClickHouse, engines.Flusher, Copier());
        await collector.RunAsync(TimeSpan.Zero, null, isDryRun: false);
        await engines.ExecuteAsync("UPDATE dataset SET lifecycle_stage = 'DELETED' WHERE id = $1", dataset);
        await engines.ExecuteAsync("UPDATE logged_model SET lifecycle_stage = 'DELETED' WHERE id = $1", model);
        Assert.Empty(await CollectAsync());

        // It is deleted, too, but stays: a run in use is nested in it.
        await engines.ExecuteAsync("UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = $1", run);
        Assert.Empty(await CollectAsync());
        Assert.Equal(3L, await engines.ScalarAsync<long>("SELECT count(*) FROM run_input WHERE run_id = $1 OR dataset_id = $2", run, dataset));

        await engines.ExecuteAsync("UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = $1", child);
        Assert.Equal([("dataset", 1L), ("logged_model", 1), ("run", 2)], (await CollectAsync()).Where(row => row.Table is "dataset" or "logged_model" or "run").Order());

        async Task<IReadOnlyList<(string Table, long Rows)>> CollectAsync()
        {
            var dry = await collector.RunAsync(TimeSpan.Zero, null, isDryRun: true);
            var done = await collector.RunAsync(TimeSpan.Zero, null, isDryRun: false);
            Assert.Equal(dry.Removed, done.Removed);
            Assert.Equal(dry.Kept, done.Kept);
            return done.Removed;
        }
    }

    [Fact]
    public async Task Run_Should_StayInItsExperiment_When_ItHasPoints()
    {
        var (first, second) = (await engines.CreateExperimentAsync(), await engines.CreateExperimentAsync());
        var (empty, full) = (await engines.CreateRunAsync(first), await engines.CreateRunAsync(first));
        await engines.LogAsync(full, new MetricInput { Key = "m", Value = 1 });

        await engines.ExecuteAsync("UPDATE run SET experiment_id = $1 WHERE id = $2", second, empty);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => engines.ExecuteAsync("UPDATE run SET experiment_id = $1 WHERE id = $2", second, full));

        Assert.Equal("23001", refused.SqlState);
        Assert.Contains("cannot be moved to another experiment", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gc_Should_RemoveOldHistoryAlone_When_ItIsToldHowLongToKeepIt()
    {
        var run = await engines.CreateRunAsync();
        foreach (var name in new[] { "second", "third" })
            await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Name = name }, Caller.Anonymous);
        await engines.ExecuteAsync("UPDATE run_history SET valid = tstzrange(lower(valid) - interval '10 days', upper(valid) - interval '9 days') WHERE id = $1 AND name <> 'second'", run);
        var collector = new GarbageCollector(engines.Postgres, engines.ClickHouse, engines.Flusher, Copier());
        await collector.RunAsync(TimeSpan.FromDays(30), null, isDryRun: false);
        Assert.Equal(2L, await engines.ScalarAsync<long>("SELECT count(*) FROM run_history WHERE id = $1", run));
        Assert.Contains(("run_history", 1L), (await collector.RunAsync(TimeSpan.FromDays(30), TimeSpan.FromDays(7), isDryRun: false)).Removed);
        Assert.Equal("second", await engines.ScalarAsync<string>("SELECT name FROM run_history WHERE id = $1", run));
    }

    private DimensionCopier Copier() => engines.Copier();

    private Task<List<StoreDifference>> VerifyAsync() => engines.VerifyAsync();

    private async Task<RepairReport> RepairAsync()
    {
        await using var copier = Copier();
        return await new StoreRepair(engines.Postgres, engines.ClickHouse, engines.Flusher, copier).RunAsync();
    }

    /// <summary>A run, a job, a dataset and a prediction set with rows of every series.</summary>
    private async Task<(long Run, long Job, long Dataset, long PredictionSet)> LogSeriesAsync(long? experiment = null)
    {
        var run = await engines.CreateRunAsync(experiment);
        var (job, dataset, set) = await engines.CreateOwnersAsync();
        await engines.LogAsync(run, [.. Enumerable.Range(0, 10).Select(i => new MetricInput { Key = "loss", Step = i, Time = Start, Value = i })]);
        await engines.LogAsync(run, [.. Enumerable.Range(0, 10).Select(i => new MetricInput { Key = "acc", Step = i, Time = Start, Value = Math.Sqrt(i) })]);
        await engines.Log.LogEpochsAsync(new LogEpochsRequest { RunId = run, Epochs = [new() { Index = 0, Metrics = [new() { Key = "loss", Total = 1, PerLabel = [new("cat", 2)] }] }] }, Caller.Anonymous);
        await engines.Log.LogBatchesAsync(new LogBatchesRequest { RunId = run, Batches = [new() { EpochIndex = 0, Index = 0 }] }, Caller.Anonymous);
        await engines.Rows.LogJobRuntimeAsync(new LogJobRuntimeRequest { JobId = job, Records = [new() { Time = Start, GlobalStep = 1 }] }, Caller.Anonymous);
        await engines.Rows.AddSamplesAsync(new AddSamplesRequest { DatasetId = dataset, Columns = [new("n", false)], Samples = [new() { SampleIndex = 0, Features = [new("n", 1)] }] }, Caller.Anonymous);
        await engines.Rows.AddTargetsAsync(new AddTargetsRequest { DatasetId = dataset, Targets = [new() { TargetIndex = 0, SampleIndex = 0, Class = "c" }] }, Caller.Anonymous);
        await engines.Rows.AddPredictionsAsync(new AddPredictionsRequest { PredictionSetId = set, Predictions = [new() { PredictionIndex = 0, SampleIndex = 0, Class = "c" }] }, Caller.Anonymous);
        return (run, job, dataset, set);
    }

    private async Task DeleteAsync((long Run, long Job, long Dataset, long PredictionSet) rows)
    {
        foreach (var (table, id) in new[] { ("run", rows.Run), ("job", rows.Job), ("dataset", rows.Dataset), ("prediction_set", rows.PredictionSet) })
            await engines.ExecuteAsync($"UPDATE {table} SET lifecycle_stage = 'DELETED' WHERE id = $1", id);
    }

    /// <summary>0 if no table of ClickHouse has anything of the rows, 2 if each has.</summary>
    private async Task<int> CountAsync((long Run, long Job, long Dataset, long PredictionSet) rows)
    {
        await engines.Flusher.FlushAsync();
        await using var copier = Copier();
        await copier.CopyAsync();
        var counts = new List<ulong>();
        foreach (var (table, column, id) in new[]
        {
            ("metric_point", "run_id", rows.Run), ("epoch", "run_id", rows.Run), ("batch", "run_id", rows.Run), ("run_dimension", "id", rows.Run), ("job_runtime", "job_id", rows.Job),
            ("sample", "dataset_id", rows.Dataset), ("target", "dataset_id", rows.Dataset), ("dataset_dimension", "id", rows.Dataset), ("prediction", "prediction_set_id", rows.PredictionSet),
        })
        {
            await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery($$"""SELECT count() AS n FROM {{table}} WHERE {{column}} = {id:Int64}""").With("id", "Int64", id));
            counts.Add((await result.ReadColumnAsync<ulong>("n"))[0]);
        }

        return counts.TrueForAll(count => count > 0) ? 2 : counts.TrueForAll(count => count == 0) ? 0 : 1;
    }

    private async Task<long[]> RecordsAsync(long from)
    {
        await using var result = await engines.ClickHouse.QueryAsync(
            new ClickHouseQuery("SELECT original_id FROM metric_record WHERE original_id BETWEEN {f:Int64} AND {f:Int64} + 2 ORDER BY 1").With("f", "Int64", from));
        return await result.ReadColumnAsync<long>("original_id");
    }
}
