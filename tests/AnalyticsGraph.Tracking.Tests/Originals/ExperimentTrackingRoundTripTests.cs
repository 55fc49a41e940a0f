using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Export;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests.Originals;

/// <summary>An experiment tracking database with everything that hurts: in, out, in again, out again.</summary>
public sealed class ExperimentTrackingRoundTripTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    private static readonly string Long = "{" + string.Join(", ", Enumerable.Range(0, 5000).Select(i => $"\"label {i}\": {i / 8.0}")) + "}";

    [Theory]
    [InlineData("mysql")]
    [InlineData("complete")]
    [InlineData("sqlite")]
    public async Task Export_Should_WriteTheSameBytes_When_ItsOwnWasImported(string kind)
    {
        using var files = Hostile();
        var from = kind switch { "sqlite" => files.Sqlite(), "mysql" => files.MySqlDump(), _ => files.MySqlDump(complete: true) };
        await ImportAsync(from, $"a-{kind}", "Europe/Berlin");
        var first = files.NewPath("first");
        await ExportAsync($"a-{kind}", first);

        await ImportAsync(Path.Combine(first, "experiment-tracking.sql"), $"b-{kind}", "Europe/Berlin");
        var second = files.NewPath("second");
        await ExportAsync($"b-{kind}", second);
        await ImportAsync(Path.Combine(first, "csv"), $"c-{kind}", "Europe/Berlin");
        var third = files.NewPath("third");
        await ExportAsync($"c-{kind}", third);

        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(second));
        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(third));
        await engines.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Export_Should_HaveEveryValue_When_ItIsComparedWithTheOriginal()
    {
        using var files = Hostile();
        await ImportAsync(files.MySqlDump(), "values", "Europe/Berlin");
        var folder = files.NewPath("out");
        await ExportAsync("values", folder);

        await OriginalFiles.AssertHoldsAsync(new MySqlDumpSource(files.MySqlDump()), new MySqlDumpSource(Path.Combine(folder, "experiment-tracking.sql")));
    }

    [Fact]
    public async Task Import_Should_AddNothing_When_ItRunsAgain()
    {
        using var files = Hostile();
        var dump = files.MySqlDump();
        var first = await ImportAsync(dump, "again", "Europe/Berlin");
        var second = await ImportAsync(dump, "again", null);

        Assert.All(second.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        Assert.Equal(first.Tables.Select(table => (table.Table, table.Read, table.Aside)), second.Tables.Select(table => (table.Table, table.Read, table.Aside)));
        Assert.Equal(2, first.Tables.Single(table => table.Table == "TRIAL").Aside);
        Assert.Contains("otherRows", Assert.Single(first.Warnings), StringComparison.Ordinal);
        Assert.Equal(1 + 2 + 1 + 1 + 1 + 3 + 1 + 1 + 5000, await engines.ScalarAsync<decimal>("SELECT sum(m.count) FROM run_metric m JOIN run r ON r.id = m.run_id WHERE r.source = $1", "again"));
    }

    [Fact]
    public async Task Import_Should_ChangeNothing_When_ItIsRefused()
    {
        using var files = Hostile();
        var zone = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(files.MySqlDump(), "refused", "Mars/Olympus"));
        Assert.Contains("no time zone 'Mars/Olympus'", zone.Message, StringComparison.Ordinal);
        var other = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(files.MySqlDump(), "local", null));
        Assert.Contains("another system's", other.Message, StringComparison.Ordinal);
        var empty = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(files.Write("x.sql", "INSERT INTO other (a) VALUES (1);"), "refused", null));
        Assert.Contains("none of the tables EXPERIMENT", empty.Message, StringComparison.Ordinal);
        var nowhere = await Assert.ThrowsAsync<ImportException>(() => ImportAsync("/nowhere", "refused", null));
        Assert.Contains("no file or folder", nowhere.Message, StringComparison.Ordinal);
        Assert.False(await engines.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM source WHERE name = 'refused')"));
    }

    [Fact]
    public async Task Import_Should_TakeEveryIndex_When_ItHas64Bits()
    {
        using var files = new OriginalFiles().Table("EXPERIMENT", "id title", ["1", "e"]).Table("TRIAL", "id experiment_id", ["1", "1"]).Table("TRIAL_RUN", "id trial_id", ["1", "1"])
            .Table("EPOCH", "idx trial_run_id", ["9223372036854775807", "1"], ["+0000000000000000002", "1"], ["9223372036854775808", "1"])
            .Table("BATCH", "idx epoch_idx trial_run_id", ["9223372036854775807", "9223372036854775807", "1"])
            .Table("METRIC", "id type total_val", ["9223372036854775807", "loss", "0.5"]).Table("EPOCH_METRIC", "epoch_idx epoch_trial_run_id metric_id", ["9223372036854775807", "1", "9223372036854775807"]);
        var report = await ImportAsync(files.MySqlDump(), "large", null);

        Assert.Equal(
            [("BATCH", 1L, 0L), ("EPOCH", 3, 1), ("EPOCH_METRIC", 1, 0), ("METRIC", 1, 0)],
            report.Tables.Where(table => table.Table is "BATCH" or "EPOCH" or "EPOCH_METRIC" or "METRIC").Select(table => (table.Table, table.Added, table.Aside)));
        var folder = files.NewPath("out");
        await ExportAsync("large", folder);
        var dump = await File.ReadAllTextAsync(Path.Combine(folder, "experiment-tracking.sql"));
        Assert.All(["`idx` BIGINT NOT NULL,\n    `trial_run_id` INT NOT NULL,", "`epoch_idx` BIGINT"], type => Assert.Contains(type, dump, StringComparison.Ordinal));
        Assert.Equal("idx,trial_run_id,time\n2,1,\n9223372036854775807,1,\n9223372036854775808,1,\n", await File.ReadAllTextAsync(Path.Combine(folder, "csv", "EPOCH.csv")));
    }

    [Fact]
    public async Task Export_Should_SayWhatToDo_When_ItIsRefused()
    {
        using var files = Hostile();
        await ImportAsync(files.MySqlDump(), "refusing", null);
        var occupied = await Assert.ThrowsAsync<ExportException>(() => ExportAsync("refusing", Path.GetDirectoryName(files.MySqlDump())!));
        Assert.Contains("is not empty", occupied.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<ExportException>(() => ExportAsync("nobody", files.NewPath("out")));
        Assert.Contains("no source 'nobody'", unknown.Message, StringComparison.Ordinal);
        Assert.Matches("of these: .*\\blocal\\b.*\\brefusing\\b", unknown.Message);
        var other = await Assert.ThrowsAsync<ExportException>(() => new TrainingJobsExport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync("refusing", files.NewPath("out")));
        Assert.Contains("EXPERIMENT_TRACKING", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Should_FollowTheGraph_When_RecordsWereChangedHere()
    {
        using var files = Hostile();
        await ImportAsync(files.MySqlDump(), "changed", "Europe/Berlin");
        await using (var change = engines.Postgres.CreateCommand(
            """
            UPDATE experiment SET name = 'named here', creation_time = '2024-07-01 12:00:00Z' WHERE source = 'changed' AND original_id = '3';
            UPDATE trial SET lifecycle_stage = 'DELETED' WHERE source = 'changed' AND original_id = '2';
            UPDATE results o SET lifecycle_stage = 'DELETED', deletion = nextval('deletion') FROM run r WHERE r.id = o.run_id AND r.source = 'changed';
            INSERT INTO experiment (source, name, unique_name) VALUES ('changed', 'made here', false);
            """))
            await change.ExecuteNonQueryAsync();
        var folder = files.NewPath("out");
        await ExportAsync("changed", folder);

        var experiments = await File.ReadAllTextAsync(Path.Combine(folder, "csv", "EXPERIMENT.csv"));
        Assert.Contains("\n3,named here,,2024-07-01 14:00:00,9999-12-31 23:59:59\n", experiments, StringComparison.Ordinal);
        Assert.Contains("\n11,made here,,,\n", experiments, StringComparison.Ordinal);
        var runs = await File.ReadAllLinesAsync(Path.Combine(folder, "csv", "TRIAL_RUN.csv"));
        Assert.Equal(["1", "3"], runs.Skip(1).Select(line => line.Split(',')[0]));
        Assert.Equal(["77"], (await File.ReadAllLinesAsync(Path.Combine(folder, "csv", "RESULTS.csv"))).Skip(1).Select(line => line.Split(',')[0]));
        await ImportAsync(files.MySqlDump(), "changed", null);
        Assert.Equal("ACTIVE, ACTIVE", await engines.ScalarAsync<string>(
            "SELECT string_agg(concat_ws(' ', o.lifecycle_stage, o.deletion), ', ') FROM results o JOIN run r ON r.id = o.run_id WHERE r.source = $1", "changed"));
    }

    [Fact]
    public async Task Import_Should_TakeAwayWhatItBrought_When_TheSourceHasItNoMore()
    {
        using var files = Small(isWhole: true);
        await ImportAsync(files.MySqlDump(), "fewer", null);
        long[] runs = [await RunAsync("fewer", 1), await RunAsync("fewer", 2)];
        Assert.Empty((await engines.Log.LogEpochsAsync(new LogEpochsRequest { RunId = runs[0], Epochs = [new() { Index = 2 }, new() { Index = 9, Metrics = [new() { Key = "mine", Total = 1 }] }] }, Caller.Anonymous)).Errors);

        // Of the first run go an epoch, one that was logged here again, a batch, and the metric of the epoch that stays is another one now; the second run goes altogether.
        using var fewer = Small(isWhole: false);
        var report = await ImportAsync(fewer.MySqlDump(), "fewer", null);

        Assert.Equal(
            [("BATCH", 1L), ("EPOCH", 1), ("EPOCH_METRIC", 1), ("METRIC", 1), ("RESULTS_METRIC", 1), ("TRIAL_RUN", 1)],
            report.Tables.Where(table => table.Removed > 0).Select(table => (table.Table, table.Removed)));
        Assert.Equal(["0", "2", "9"], await ColumnAsync("SELECT toString(idx) AS c FROM epoch FINAL WHERE run_id = {run:Int64} ORDER BY idx", runs[0]));
        Assert.Equal(["0"], await ColumnAsync("SELECT toString(idx) AS c FROM batch FINAL WHERE run_id = {run:Int64} ORDER BY idx", runs[0]));
        Assert.Equal(["loss 0.25", "mine 1"], await ColumnAsync("SELECT concat(key, ' ', toString(value)) AS c FROM metric_point WHERE run_id = {run:Int64} ORDER BY c", runs[0]));
        Assert.Equal(0.25, (await engines.SummariesAsync(runs[0])).Single(pair => pair.Key.Key == "loss").Value.Last.Value);
        Assert.Equal(["0"], await ColumnAsync("SELECT toString(idx) AS c FROM epoch FINAL WHERE run_id = {run:Int64} ORDER BY idx", runs[1]));
        Assert.Equal(["acc 0.75"], await ColumnAsync("SELECT concat(key, ' ', toString(value)) AS c FROM metric_point WHERE run_id = {run:Int64} ORDER BY c", runs[1]));
        await engines.AssertVerifiedAsync();
        var again = await ImportAsync(fewer.MySqlDump(), "fewer", null);
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));

        // All of it comes back, and an export is that of a source that was imported once.
        await ImportAsync(files.MySqlDump(), "fewer", null);
        await ImportAsync(files.MySqlDump(), "never-fewer", null);
        var (back, whole) = (files.NewPath("back"), files.NewPath("whole"));
        await ExportAsync("fewer", back);
        await ExportAsync("never-fewer", whole);
        var (expected, actual) = (OriginalFiles.Read(whole), OriginalFiles.Read(back));
        Assert.All(expected.Keys.Where(name => name.StartsWith("csv", StringComparison.Ordinal)), name => Assert.Equal(
            expected[name].Split('\n').Order(StringComparer.Ordinal),
            actual[name].Split('\n').Where(row => row != "4,mine,1," && !row.StartsWith("9,1,", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
        await engines.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Import_Should_DeleteTogetherWhatGoesTogether_When_TheSourceLostIt()
    {
        static OriginalFiles Some(bool isWhole)
        {
            string?[][] Rows(string?[] kept, params string?[][] lost) => isWhole ? [kept, .. lost] : [kept];
            return new OriginalFiles().Table("EXPERIMENT", "id title", Rows(["1", "e"], ["2", "f"])).Table("TRIAL", "id experiment_id", Rows(["1", "1"], ["2", "1"], ["3", "2"]))
                .Table("TRIAL_RUN", "id trial_id", Rows(["1", "1"], ["2", "2"], ["3", "3"], ["4", "1"]));
        }

        const string runs =
            """
            SELECT string_agg(concat_ws(' ', r.original_id, r.lifecycle_stage, num_nonnulls(r.deletion, r.deleted_time), r.deletion = t.deletion, r.deletion = e.deletion), ', ' ORDER BY r.original_id)
            FROM run r JOIN trial t ON t.id = r.trial_id JOIN experiment e ON e.id = r.experiment_id WHERE r.source = $1
            """;
        using var whole = Some(isWhole: true);
        using var fewer = Some(isWhole: false);
        await ImportAsync(whole.MySqlDump(), "together", null);
        await ImportAsync(fewer.MySqlDump(), "together", null);
        Assert.Equal("1 ACTIVE 0, 2 DELETED 2 t, 3 DELETED 2 t t, 4 DELETED 2", await engines.ScalarAsync<string>(runs, "together"));
        await ImportAsync(whole.MySqlDump(), "together", null);
        Assert.Equal("1 ACTIVE 0, 2 ACTIVE 0, 3 ACTIVE 0, 4 ACTIVE 0", await engines.ScalarAsync<string>(runs, "together"));
    }

    private async Task<long> RunAsync(string source, int original) => await engines.ScalarAsync<long>("SELECT id FROM run WHERE source = $1 AND original_id = $2", source, $"{original}");

    private async Task<string[]> ColumnAsync(string sql, long run)
    {
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery(sql).With("run", "Int64", run));
        return [.. await result.ReadColumnAsync<string>("c")];
    }

    private static OriginalFiles Small(bool isWhole)
    {
        string?[][] Rows(string?[][] kept, params string?[][] lost) => isWhole ? [.. kept, .. lost] : kept;
        return new OriginalFiles()
            .Table("EXPERIMENT", "id title", ["1", "e"])
            .Table("TRIAL", "id name experiment_id", ["1", "t", "1"])
            .Table("TRIAL_RUN", "id trial_id status", Rows([["1", "1", "started"]], ["2", "1", "started"]))
            .Table("RESULTS", "trial_run_id time", Rows([["1", null]], ["2", null]))
            .Table("EPOCH", "idx trial_run_id time", Rows([["0", "1", null]], ["1", "1", null], ["2", "1", null], ["0", "2", null]))
            .Table("BATCH", "idx epoch_idx trial_run_id time", Rows([["0", "0", "1", null]], ["1", "0", "1", null]))
            .Table("METRIC", "id type total_val per_label_val", Rows([["1", "loss", isWhole ? "0.5" : "0.25", null]], ["2", "loss", "0.125", null], ["3", "acc", "0.75", null]))
            .Table("RESULTS_METRIC", "results_id metric_id", Rows([], ["1", "3"], ["2", "3"]))
            .Table("EPOCH_METRIC", "epoch_idx epoch_trial_run_id metric_id", Rows([["0", "1", "1"]], ["1", "1", "2"]));
    }

    [Theory]
    [InlineData("0.5", "2024-01-01 00:00:00", "`start_time` DATETIME,", "`total_val` FLOAT,")]
    [InlineData("-3.14159", null, "`start_time` DATETIME,", "`total_val` FLOAT,")]
    [InlineData("3.141592", "2024-01-01 00:00:00.5", "`start_time` DATETIME(6),", "`total_val` DOUBLE,")]
    [InlineData("1e-300", "text, no time", "`start_time` DATETIME,", "`total_val` DOUBLE,")]
    public async Task Export_Should_WidenAType_When_ItWouldRoundAValue(string total, string? time, params string[] types)
    {
        using var files = new OriginalFiles().Table("EXPERIMENT", "id start_time", ["1", time]).Table("METRIC", "id total_val", ["1", total]);
        await ImportAsync(files.MySqlDump(), $"types-{total}", null);
        var folder = files.NewPath("out");
        await ExportAsync($"types-{total}", folder);

        var dump = await File.ReadAllTextAsync(Path.Combine(folder, "experiment-tracking.sql"));
        Assert.All(types, type => Assert.Contains(type, dump, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_Should_WidenAType_When_ItWouldCutAText()
    {
        using var files = new OriginalFiles().Table("EXPERIMENT", "id title desc", ["1", new string('x', 255), new string('x', 65_536)]).Table("ARTIFACT", "id loc", ["1", new string('x', 256)]);
        await ImportAsync(files.MySqlDump(), "long", null);
        var folder = files.NewPath("out");
        await ExportAsync("long", folder);

        var dump = await File.ReadAllTextAsync(Path.Combine(folder, "experiment-tracking.sql"));
        Assert.All(["`title` VARCHAR(255),", "`desc` LONGTEXT,", "`loc` LONGTEXT,", "`type` VARCHAR(255),"], type => Assert.Contains(type, dump, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ImportStage.Reading)]
    [InlineData(ImportStage.Storing)]
    [InlineData(ImportStage.Flushing)]
    public async Task Import_Should_BeCompletedByTheNext_When_ItsConnectionWasKilled(ImportStage stage)
    {
        using var files = Hostile();
        var (dump, source) = (files.MySqlDump(), $"killed-{stage}");
        var killed = false;
        var progress = new ImmediateProgress(step =>
        {
            if (!killed && step.Stage == stage)
            {
                killed = true;
                using var kill = engines.Postgres.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
                kill.ExecuteNonQuery();
            }
        });
        await Assert.ThrowsAnyAsync<Exception>(() =>
            new ExperimentTrackingImport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(dump, new ImportOptions { Source = source, TimeZone = "Europe/Berlin" }, progress));
        Assert.True(killed);

        await ImportAsync(dump, source, "Europe/Berlin");
        await ImportAsync(dump, $"left-alone-{stage}", "Europe/Berlin");
        var (after, alone) = (files.NewPath("after"), files.NewPath("alone"));
        await ExportAsync(source, after);
        await ExportAsync($"left-alone-{stage}", alone);
        Assert.Equal(OriginalFiles.Read(alone), OriginalFiles.Read(after));
        const string points = "SELECT sum(c.seq) FROM run_counter c JOIN run r ON r.id = c.run_id WHERE r.source = $1";
        Assert.Equal(await engines.ScalarAsync<decimal>(points, $"left-alone-{stage}"), await engines.ScalarAsync<decimal>(points, source));
    }

    private static OriginalFiles Hostile() => new OriginalFiles()
        .Table("EXPERIMENT", "id title desc start_time update_time",
            ["1", "first", "quotes ' \" ` and back\\slash \\' \\n", "2024-03-31 02:30:00", "2024-10-27 02:30:00"],
            ["2", "first", "Zeilen\nund\r\nTabs\tüber 日本 🙂", "0000-00-00 00:00:00", null],
            ["3", null, null, "2024-01-01 00:00:00.123456", "9999-12-31 23:59:59"],
            ["10", "", "", "2024-01-01 00:00:00", "not a time"],
            ["not a number", "lost", null, null, null])
        .Table("TRIAL", "id name experiment_id start_time update_time owner",
            ["1", "t", "1", "2024-01-01 00:00:00", "2024-01-01 00:00:01", "somebody"],
            ["2", null, "3", null, null, null],
            ["3", "dangling", "99", null, null, "lost, too"],
            ["2", "the key again", "1", null, null, null])
        .Table("TRIAL_RUN", "id trial_id status start_time update_time",
            ["1", "1", "started", "2024-05-05 05:05:05", null],
            ["2", "2", "it's done", null, null],
            ["3", "3", "of a dangling trial", null, null])
        .Table("RESULTS", "trial_run_id time", ["1", "2024-05-05 06:00:00"], ["2", "2024-03-31 02:30:00"], ["77", null])
        .Table("EPOCH", "idx trial_run_id time note",
            ["0", "1", "2024-05-05 05:06:00", null], ["1", "1", "2024-03-31 02:59:59", "gap"], ["2", "1", null, null], ["0", "3", null, null], ["1", "1", null, "twice"])
        .Table("BATCH", "idx epoch_idx trial_run_id time", ["0", "0", "1", "2024-05-05 05:06:01"], ["1", "0", "1", "2024-05-05 05:06:02.500000"], ["0", "7", "1", null], ["0", "0", "88", null])
        .Table("METRIC", "id type total_val per_label_val",
            ["1", "train_loss", "0.5", null], ["2", "val_acc", null, "{\"cat\": 0.25, \"dog\": \"no number\", \"it's\": 1e-3}"], ["3", "confusion", "1e-310", "[[1, 2], [3, 4]]"],
            ["4", null, "NaN", "{\"a\": NaN, \"b\": -Infinity}"], ["5", "train_loss", "0.50", "no json"], ["6", "unlinked", "7", "{}"], ["7", "huge", "-0.0", Long], ["7", "twice", "1", null])
        .Table("ARTIFACT", "id type loc", ["1", "model", "s3://bucket/it's \\ here"], ["2", null, null], ["3", "plot", ""])
        .Table("EXPERIMENT_ARTIFACT", "experiment_id artifact_id", ["1", "1"], ["10", "1"], ["10", "1"], ["99", "1"])
        .Table("TRIAL_ARTIFACT", "trial_id artifact_id", ["1", "1"])
        .Table("TRIAL_RUN_ARTIFACT", "trial_run_id artifact_id", ["1", "2"], ["3", "2"])
        .Table("RESULTS_METRIC", "results_id metric_id", ["1", "1"], ["2", "2"], ["1", "99"])
        .Table("RESULTS_ARTIFACT", "results_id artifact_id", ["1", "3"])
        .Table("EPOCH_METRIC", "epoch_idx epoch_trial_run_id metric_id extra", ["0", "1", "1", "e"], ["1", "1", "3", null], ["1", "1", "5", null], ["2", "1", "4", null])
        .Table("EPOCH_ARTIFACT", "epoch_idx epoch_trial_run_id artifact_id", ["0", "1", "2"])
        .Table("BATCH_METRIC", "batch_idx epoch_idx trial_run_id metric_id", ["0", "0", "1", "1"], ["1", "0", "1", "7"])
        .Table("BATCH_ARTIFACT", "batch_idx epoch_idx trial_run_id artifact_id")
        .Table("django_migrations", "id app name", ["1", "core", "0001 'initial'"], ["2", "core", null]);

    private Task<ImportReport> ImportAsync(string path, string source, string? zone) =>
        new ExperimentTrackingImport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(path, new ImportOptions { Source = source, TimeZone = zone });

    private Task<ExportReport> ExportAsync(string source, string folder) => new ExperimentTrackingExport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(source, folder);

    private sealed class ImmediateProgress(Action<ImportProgress> report) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => report(value);
    }
}
