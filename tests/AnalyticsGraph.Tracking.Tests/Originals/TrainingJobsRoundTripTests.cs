using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Export;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests.Originals;

/// <summary>A training scheduler's database with everything that hurts: in, out, in again, out again.</summary>
public sealed class TrainingJobsRoundTripTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    private const string Odd =
        """[{"global_step": 500, "time_stamp": 1690000000, "speed": 125.50, "worker_memory": {"0": 4294967296, "10": 1, "2": 0.1}, "worker_cpu": {"0": 2.5}, "ps_memory": {}, "ps_cpu": {"0": "two"}, "note": {"b": [1, 2], "a": null}}, {"global_step": 500, "time_stamp": 1690000000, "speed": null}, {"global_step": 1, "time_stamp": 1690000015.25}]""";

    [Fact]
    public async Task Export_Should_WriteTheSameBytes_When_ItsOwnWasImported()
    {
        using var files = Hostile();
        await ImportAsync(files.MySqlDump(), "a", "America/New_York");
        var first = files.NewPath("first");
        await ExportAsync("a", first);
        await ImportAsync(Path.Combine(first, "training-jobs.sql"), "b", "America/New_York");
        var second = files.NewPath("second");
        await ExportAsync("b", second);
        await ImportAsync(Path.Combine(first, "csv"), "c", "America/New_York");
        var third = files.NewPath("third");
        await ExportAsync("c", third);

        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(second));
        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(third));
        await engines.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Export_Should_HaveEveryValue_When_ItIsComparedWithTheOriginal()
    {
        // Runtime records come in one form and the last 60 alone; everything else as it was written.
        using var files = Hostile(withRuntime: false);
        await ImportAsync(files.MySqlDump(), "values", "America/New_York");
        var folder = files.NewPath("out");
        await ExportAsync("values", folder);

        await OriginalFiles.AssertHoldsAsync(new MySqlDumpSource(files.MySqlDump()), new MySqlDumpSource(Path.Combine(folder, "training-jobs.sql")));
    }

    [Fact]
    public async Task Import_Should_AddNothing_When_ItRunsAgain()
    {
        using var files = Hostile();
        var first = await ImportAsync(files.MySqlDump(), "again", null);
        var second = await ImportAsync(files.MySqlDump(), "again", null);

        Assert.All(second.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        Assert.Equal(1, first.Tables.Single(table => table.Table == "job").Aside);
        Assert.Equal(("ghost", false), (
            await engines.ScalarAsync<string>("SELECT uid FROM job WHERE source = $1 AND NOT is_recorded AND id IN (SELECT job_id FROM job_node)", "again"),
            await engines.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM job_node WHERE source = $1 AND job_id IS NULL AND uid <> 'n3')", "again")));
        Assert.Equal("c1", await engines.ScalarAsync<string>("SELECT c.uid FROM job j JOIN cluster c ON c.id = j.cluster_id WHERE j.source = $1", "again"));
        Assert.Equal("WorkerOOM", await engines.ScalarAsync<string>("SELECT exit_reason FROM job WHERE source = $1 AND uid = 'j1'", "again"));
    }

    [Fact]
    public async Task Import_Should_BelieveTheDump_When_ItSaysThatItsTimestampsAreInUtc()
    {
        using var files = new OriginalFiles().Table("job", "uid create_at", ["j1", "2024-07-01 12:00:00"]);
        var local = await ImportAsync(files.MySqlDump(), "local-times", "Asia/Shanghai");
        var utc = await ImportAsync(files.MySqlDump(isUtc: true), "utc-times", "Asia/Shanghai");

        Assert.Empty(local.Warnings);
        Assert.Contains("in UTC", Assert.Single(utc.Warnings), StringComparison.Ordinal);
        const string time = "SELECT to_char(creation_time AT TIME ZONE 'UTC', 'HH24:MI') FROM job WHERE source = $1";
        Assert.Equal(("04:00", "12:00"), (await engines.ScalarAsync<string>(time, "local-times"), await engines.ScalarAsync<string>(time, "utc-times")));
        var folder = files.NewPath("out");
        await ExportAsync("utc-times", folder);
        Assert.Contains("\nSET TIME_ZONE = '+00:00';\n", await File.ReadAllTextAsync(Path.Combine(folder, "training-jobs.sql")), StringComparison.Ordinal);
        Assert.Empty((await ImportAsync(Path.Combine(folder, "training-jobs.sql"), "utc-again", null)).Warnings);
        Assert.Equal("12:00", await engines.ScalarAsync<string>(time, "utc-again"));
    }

    [Fact]
    public async Task Export_Should_HaveTheLast60Records_When_ThereAreMore()
    {
        using var files = Hostile();
        await ImportAsync(files.MySqlDump(), "sixty", null);
        var folder = files.NewPath("out");
        await ExportAsync("sixty", folder);

        var dump = await File.ReadAllTextAsync(Path.Combine(folder, "csv", "job_metrics.csv"));
        Assert.DoesNotContain("\"\"global_step\"\":39,", dump, StringComparison.Ordinal);
        Assert.Contains("\"[{\"\"global_step\"\":40,\"\"time_stamp\"\":1700000600,\"\"speed\"\":20,\"\"worker_cpu\"\":{\"\"0\"\":40}}", dump, StringComparison.Ordinal);
        Assert.Contains("{\"\"global_step\"\":500,\"\"time_stamp\"\":1690000000,\"\"speed\"\":125.5,\"\"worker_memory\"\":{\"\"0\"\":4294967296,\"\"2\"\":0.1,\"\"10\"\":1},\"\"worker_cpu\"\":{\"\"0\"\":2.5},\"\"note\"\":{\"\"a\"\": null, \"\"b\"\": [1, 2]},\"\"ps_cpu\"\":{\"\"0\"\": \"\"two\"\"},\"\"ps_memory\"\":{}}", dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_Should_TakeAwayRecords_When_TheDocumentTellsThemNoMore()
    {
        static OriginalFiles Document(int from, int to, params int[] without) => new OriginalFiles()
            .Table("job", "uid name", [["j1", "first"], .. from == 0 ? new string?[][] { ["j2", "second"] } : []])
            .Table("job_node", "uid job_uid", from == 0 ? new string?[][] { ["n2", "j2"] } : [])
            .Table("job_metrics", "uid job_runtime type",
                [["j1", "[" + string.Join(",", Enumerable.Range(from, to - from).Except(without).Select(i => $"{{\"global_step\":{i},\"time_stamp\":{1700000000 + (15 * i)},\"speed\":{i}}}")) + "]", "Local"],
                .. from == 0 ? new string?[][] { ["j2", "[{\"global_step\":1,\"time_stamp\":1700000000}]", "Local"] } : []]);
        using var first = Document(0, 60);
        await ImportAsync(first.MySqlDump(), "fewer", null);
        var job = await engines.ScalarAsync<long>("SELECT id FROM job WHERE source = $1 AND uid = 'j1'", "fewer");
        var logged = await engines.Rows.LogJobRuntimeAsync(new LogJobRuntimeRequest
        {
            JobId = job,
            Records = [new() { Time = DateTimeOffset.FromUnixTimeSeconds(1700000000 + (15 * 35)), GlobalStep = 35, Speed = 1 }, new() { Time = DateTimeOffset.FromUnixTimeSeconds(1700000000 + (15 * 40)), GlobalStep = 1_000_000 }],
        }, Caller.Anonymous);
        Assert.Empty(logged.Errors);

        // The window has moved on by 10; of what it still shows two are gone, one of which was corrected here. The other job is gone altogether.
        using var second = Document(10, 70, 35, 36);
        var report = await ImportAsync(second.MySqlDump(), "fewer", null);

        Assert.Equal((10, 0, 1), (report.Tables.Single(table => table.Table == "job_metrics.job_runtime").Added, report.Tables.Single(table => table.Table == "job_metrics.job_runtime").Changed, report.Tables.Single(table => table.Table == "job_metrics.job_runtime").Removed));
        long[] steps = [.. Enumerable.Range(0, 70).Except([36]).Select(i => (long)i), 1_000_000];
        Assert.Equal(steps, await StepsAsync(job));
        Assert.Equal("DELETED Local", await engines.ScalarAsync<string>("SELECT j.lifecycle_stage || ' ' || p.type FROM job j JOIN job_profile p ON p.job_id = j.id WHERE j.source = $1 AND j.uid = 'j2'", "fewer"));
        Assert.Equal(1, await engines.ScalarAsync<long>("SELECT count(*) FROM job_node n JOIN job j ON j.id = n.job_id AND j.deletion = n.deletion WHERE j.source = $1 AND n.lifecycle_stage = 'DELETED'", "fewer"));
        Assert.Single(await StepsAsync(await engines.ScalarAsync<long>("SELECT id FROM job WHERE source = $1 AND uid = 'j2'", "fewer")));
        var again = await ImportAsync(second.MySqlDump(), "fewer", null);
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        await engines.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Import_Should_TakeOverANode_When_ItWasMadeHereWithTheSourcesUid()
    {
        using var before = new OriginalFiles().Table("job", "uid name", ["j1", "first"]);
        await ImportAsync(before.MySqlDump(), "twin", null);
        await engines.ExecuteAsync("INSERT INTO job_node (source, uid, name, job_id, lifecycle_stage) SELECT source, 'n1', 'made here', id, 'DELETED' FROM job WHERE source = 'twin'");

        using var files = new OriginalFiles().Table("job", "uid name", ["j1", "first"]).Table("job_node", "uid name job_uid", ["n1", "worker-0", "j1"]);
        await ImportAsync(files.MySqlDump(), "twin", null);
        var again = await ImportAsync(files.MySqlDump(), "twin", null);

        Assert.Equal("n1 worker-0 ACTIVE", await engines.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', original_id, name, lifecycle_stage), ', ') FROM job_node WHERE source = $1", "twin"));
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
    }

    [Fact]
    public async Task Import_Should_BringBackAProfile_When_ItWasDeletedHere()
    {
        using var files = new OriginalFiles().Table("job", "uid name", ["j1", "first"]).Table("job_metrics", "uid type", ["j1", "Local"]);
        await ImportAsync(files.MySqlDump(), "profile", null);
        await engines.ExecuteAsync("UPDATE job_profile p SET lifecycle_stage = 'DELETED', deletion = nextval('deletion') FROM job j WHERE j.id = p.job_id AND j.source = 'profile'");
        var folder = files.NewPath("out");
        await ExportAsync("profile", folder);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(folder, "csv", "job_metrics.csv")));

        await ImportAsync(files.MySqlDump(), "profile", null);
        Assert.Equal("ACTIVE", await engines.ScalarAsync<string>("SELECT concat_ws(' ', p.lifecycle_stage, p.deletion) FROM job_profile p JOIN job j ON j.id = p.job_id WHERE j.source = $1", "profile"));
    }

    private async Task<long[]> StepsAsync(long job)
    {
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery("SELECT global_step FROM job_runtime FINAL WHERE job_id = {job:Int64} ORDER BY global_step").With("job", "Int64", job));
        return [.. await result.ReadColumnAsync<long>("global_step")];
    }

    private static OriginalFiles Hostile(bool withRuntime = true)
    {
        var many = "[" + string.Join(",", Enumerable.Range(0, 100).Select(i => $"{{\"global_step\":{i},\"time_stamp\":{1700000000 + (15 * i)},\"speed\":{i / 2.0},\"worker_cpu\":{{\"0\":{i}}}}}")) + "]";
        string?[] Metrics(string uid, string? runtime, string? feature = null, string? exit = null) =>
            [uid, "{\"batch_size\": 64 }", feature, "no json", null, withRuntime || runtime is null or "broken [" or "[]" or "{}" ? runtime : null, exit, "[{\"config\":{},\"x\":\"it's \\\\ \\\" 日本\"}]", "{}", "", "Local"];
        return new OriginalFiles()
            .Table("cluster", "uid name resources status customized_data", ["c1", "cluster one", "{\"cpu\": 1}", null, "free\ntext"], ["C1", null, null, null, null])
            .Table("job", "uid name scenario create_at started_at finished_at status",
                ["j1", "first", "ctr", "2024-03-10 02:30:00", "2024-03-10 03:30:00", null, "{\"IsOOM\":true}"], ["j2", null, null, "0000-00-00 00:00:00", null, null, null],
                ["j1", "again", null, null, null, null, null], ["", "no uid but a text", null, null, null, null, null])
            .Table("job_node", "uid name job_uid type create_at started_at finished_at resource status customized_data",
                ["n1", "worker-0", "j1", "worker", "2024-11-03 01:30:00", null, null, "{\"CPUCore\":10}", "{}", null], ["n2", "w", "ghost", "ps", null, null, null, null, null, null],
                ["n3", "w", null, null, null, null, null, null, null, null])
            .Table("job_metrics", "uid hyper_params_feature job_feature dataset_feature model_feature job_runtime exit_reason optimization resource customized_data type",
                Metrics("j1", many, "{\"cluster\":\"cluster one\"}", "WorkerOOM"), Metrics("j2", Odd), Metrics("only-metrics", "broken ["), Metrics("empty", "[]"), Metrics("object", "{}"), Metrics("null", null),
                Metrics("mixed", "[{\"global_step\":1,\"time_stamp\":1},7]"));
    }

    private Task<ImportReport> ImportAsync(string path, string source, string? zone) =>
        new TrainingJobsImport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(path, new ImportOptions { Source = source, TimeZone = zone });

    private Task<ExportReport> ExportAsync(string source, string folder) => new TrainingJobsExport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(source, folder);
}
