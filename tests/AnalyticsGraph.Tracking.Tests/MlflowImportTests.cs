using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The real history, in databases of this class's own.</summary>
public sealed class MlflowImportTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    private static readonly (string Table, long Rows)[] Facts =
    [
        ("experiment", 9), ("experiment_tag", 6), ("run", 227), ("run_param", 850), ("run_tag", 884), ("run_metric", 533), ("dataset", 6), ("run_input", 26), ("input_tag", 20),
        ("registered_model", 4), ("registered_model_tag", 4), ("model_version", 6), ("model_version_tag", 7), ("model_alias", 4), ("trace", 22), ("span", 63), ("trace_metadata", 264),
        ("trace_tag", 66), ("logged_model", 7), ("logged_model_param", 83), ("logged_model_tag", 18), ("logged_model_metric", 54), ("entity_association", 2), ("trace_run", 0),
    ];

    [Fact]
    public async Task Run_Should_StoreEveryRecordOnce_When_ItRunsAgain()
    {
        var first = await ImportAsync(SampleDump.Path, "twice");
        await AssertFactsAsync("twice");
        var second = await ImportAsync(SampleDump.Path, "twice");
        await AssertFactsAsync("twice");

        Assert.Equal(84_420, first.Tables.Single(table => table.Table == "metrics").Added);
        Assert.Equal(533, first.Tables.Single(table => table.Table == "latest_metrics").Added);
        Assert.Equal("7d34483879f0", first.SchemaVersion);
        Assert.Empty(first.Warnings);
        Assert.Empty(second.Warnings);
        Assert.All(second.Tables, table => Assert.Equal((table.Table, 0, 0), (table.Table, table.Added, table.Changed)));
        Assert.Equal(first.Tables.Select(table => (table.Table, table.Read)), second.Tables.Select(table => (table.Table, table.Read)));
    }

    [Fact]
    public async Task Run_Should_KeepEveryPointAndLatestMetric_When_TheyAreNaNOrInfinite()
    {
        await ImportAsync(SampleDump.Path, "values");
        var runs = await RunsAsync("values");
        var expected = SampleDump.Rows("metrics").Select(row => (Run: runs[row["run_uuid"]], Point: PointOf(row, runs))).GroupBy(row => row.Run).ToDictionary(group => group.Key, group => group.Select(row => row.Point).ToHashSet());
        foreach (var (run, points) in expected)
        {
            var stored = await engines.PointsInClickHouseAsync(run);
            Assert.Equal(points.Count, stored.Count);
            Assert.Equal(points, stored.ToHashSet());
        }

        var latest = SampleDump.Rows("latest_metrics");
        Assert.Equal(533, latest.Count);
        var summaries = new Dictionary<SeriesKey, SeriesSummary>();
        foreach (var run in expected.Keys)
        {
            foreach (var (key, summary) in await engines.SummariesAsync(run))
                summaries.Add(key, summary);
        }

        Assert.All(latest, row =>
        {
            var point = PointOf(row, runs);
            Assert.Equal(point.Point, new SeriesPoint(summaries[point.Series].Last.Position, summaries[point.Series].Last.Value));
        });
        Assert.Contains(latest, row => double.IsNaN(SampleDump.TrueValue(row)));
        Assert.Contains(latest, row => double.IsNegativeInfinity(SampleDump.TrueValue(row)));
    }

    [Fact]
    public async Task Run_Should_LinkRecords_When_TheyNameEachOther()
    {
        await ImportTextAsync(SampleDump.Short, "links");
        Assert.Equal(
            SampleDump.Rows("tags").Count(row => row["key"] == "mlflow.parentRunId"),
            await CountAsync("SELECT count(*) FROM run WHERE source = $1 AND parent_id IS NOT NULL", "links"));
        Assert.Equal(5, await CountAsync("SELECT count(run_id) FROM model_version WHERE source = $1", "links"));
        Assert.Equal(1, await CountAsync("SELECT count(logged_model_id) FROM model_version WHERE source = $1", "links"));
        Assert.Equal(20, await CountAsync("SELECT count(dataset_id) FROM run_input WHERE source = $1 AND direction = 'INPUT'", "links"));
        Assert.Equal(6, await CountAsync("SELECT count(logged_model_id) FROM run_input WHERE source = $1 AND direction = 'OUTPUT'", "links"));
        Assert.Equal(26, await CountAsync("SELECT count(run_id) FROM run_input WHERE source = $1", "links"));
        Assert.Equal(54, await CountAsync("SELECT count(m.run_id) FROM logged_model_metric m JOIN logged_model l ON l.id = m.logged_model_id WHERE l.source = $1", "links"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM model_version WHERE source = $1 AND stage = 'PRODUCTION'", "links"));
        Assert.Equal(8, await CountAsync("SELECT count(*) FROM experiment WHERE source = $1 AND lifecycle_stage = 'ACTIVE'", "links"));
    }

    [Fact]
    public async Task Run_Should_KeepRowsAsJson_When_TheirTableHasNoType()
    {
        await ImportTextAsync(SampleDump.Short, "others");
        Assert.Equal("dr-a2267ee0c4bb40fcb8b1f4626d6a362c", await engines.ScalarAsync<string>(
            "SELECT data ->> 'dataset_record_id' FROM other_row WHERE source = $1 AND table_name = 'evaluation_dataset_records'", "others"));
        Assert.Equal("""{"q": "a"}""", await engines.ScalarAsync<string>(
            "SELECT data ->> 'inputs' FROM other_row WHERE source = $1 AND table_name = 'evaluation_dataset_records'", "others"));
        Assert.Equal(
            ["alembic_version", "evaluation_dataset_records", "evaluation_dataset_tags", "evaluation_datasets", "workspaces"],
            (await engines.ScalarAsync<string[]>("SELECT array_agg(DISTINCT table_name ORDER BY table_name) FROM other_row WHERE source = $1", "others")));
    }

    [Fact]
    public async Task Run_Should_UpdateWhatChanged_When_TheSourceWentOn()
    {
        await ImportTextAsync(SampleDump.Short, "went-on");
        var text = SampleDump.Short
            .Replace("\tconformance-renamed\t", "\tconformance-renamed-again\t", StringComparison.Ordinal)
            .Replace("lr\t0.001\t8ee47f524a684731905e7f6a04334415\n", "lr\t0.002\t8ee47f524a684731905e7f6a04334415\n", StringComparison.Ordinal)
            .Replace("m_nan\t0\t1750000000002\t8ee47f524a684731905e7f6a04334415\t1\tt\n", "m_nan\t0\t1750000000002\t8ee47f524a684731905e7f6a04334415\t1\tt\nm_nan\t0.25\t1750000000002\t8ee47f524a684731905e7f6a04334415\t0\tf\nnew\t1\t1750000000002\t8ee47f524a684731905e7f6a04334415\t0\tf\n", StringComparison.Ordinal);
        var report = await ImportTextAsync(text, "went-on");

        Assert.Equal(
            [("experiments", 0L, 1L), ("latest_metrics", 1, 1), ("metrics", 2, 0), ("params", 0, 1)],
            report.Tables.Where(table => table.Added + table.Changed > 0).Select(table => (table.Table, table.Added, table.Changed)));
        var run = (await RunsAsync("went-on"))["8ee47f524a684731905e7f6a04334415"];
        var summary = (await engines.SummariesAsync(run)).Single(pair => pair.Key.Key == "m_nan").Value;
        Assert.Equal((2, 1, 0.25), (summary.Count, summary.NanCount, summary.First.Value));
        Assert.Equal("conformance-renamed", await engines.ScalarAsync<string>("SELECT h.name FROM experiment_history h WHERE h.source = $1", "went-on"));
        Assert.Equal("import", await engines.ScalarAsync<string>("SELECT changed_by FROM run_param WHERE run_id = $1 AND key = 'lr'", run));
    }

    [Fact]
    public async Task Run_Should_LeaveAnExperimentOut_When_ItCannotBeStoredWhole()
    {
        // A run's tag twice: the experiment with id 6 breaks after its runs were written.
        var tag = SampleDump.Rows("tags").First(row => row["key"] == "mlflow.runName" && RunIn("6", row["run_uuid"]));
        var line = $"{tag["key"]}\t{tag["value"]}\t{tag["run_uuid"]}\n";
        var path = SampleDump.Write(SampleDump.Text.Replace(line, line + line.Replace(tag["value"], "other", StringComparison.Ordinal), StringComparison.Ordinal));
        var fault = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(path, "broken"));
        File.Delete(path);
        Assert.Contains("cancer-sweep", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM run r JOIN experiment e ON e.id = r.experiment_id WHERE e.source = $1 AND e.original_id = '6'", "broken"));
        Assert.True(await CountAsync("SELECT count(*) FROM experiment WHERE source = $1", "broken") > 0);

        // Mended, it goes on where it stopped, and nothing is there twice.
        await ImportAsync(SampleDump.Path, "broken");
        await AssertFactsAsync("broken");
    }

    [Fact]
    public async Task Run_Should_GoOnAfterItsInterruption_When_ItIsCancelledBetweenExperiments()
    {
        using var stop = new CancellationTokenSource();
        var stored = 0;
        var progress = new ImmediateProgress(step =>
        {
            if (step is { Stage: ImportStage.Storing, Fraction: not null } && ++stored == 6)
                stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new MlflowImport(engines.Postgres, engines.Flusher).RunAsync(SampleDump.Path, new ImportOptions { Source = "interrupted" }, progress, stop.Token));
        Assert.InRange(await CountAsync("SELECT count(*) FROM experiment WHERE source = $1", "interrupted"), 1, 8);
        await ImportAsync(SampleDump.Path, "interrupted");
        await AssertFactsAsync("interrupted");
    }

    [Fact]
    public async Task Run_Should_LeaveNoHalves_When_ItsConnectionIsKilledAmongTheStatementsOfAnExperiment()
    {
        // Killed twice, at different places of the largest experiments; then left alone.
        foreach (var rows in new[] { 20_000, 40_000 })
        {
            var killed = false;
            var progress = new ImmediateProgress(step =>
            {
                if (!killed && step is { Stage: ImportStage.Storing, Fraction: null } && step.Rows >= rows)
                {
                    killed = true;
                    using var kill = engines.Postgres.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
                    kill.ExecuteNonQuery();
                }
            });
            await Assert.ThrowsAnyAsync<Exception>(() => new MlflowImport(engines.Postgres, engines.Flusher).RunAsync(SampleDump.Path, new ImportOptions { Source = "killed" }, progress));
            Assert.True(killed);
            Assert.Equal(0, await CountAsync("SELECT count(*) FROM experiment e WHERE e.source = $1 AND NOT EXISTS (SELECT FROM run r WHERE r.experiment_id = e.id) AND e.original_id NOT IN ('0', '3', '9')", "killed"));
        }

        await ImportAsync(SampleDump.Path, "killed");
        await AssertFactsAsync("killed");
    }

    [Fact]
    public async Task Run_Should_KeepThePointsInTheLog_When_ClickHouseIsAway()
    {
        await using (var nowhere = new ClickHouseClient(new ClickHouseOptions { Port = 1, Retries = 0 }))
        await using (var flusher = new PointFlusher(engines.Postgres, nowhere, new PointLogOptions(), NullLogger<PointFlusher>.Instance))
        {
            var report = await new MlflowImport(engines.Postgres, flusher).RunAsync(SampleDump.Path, new ImportOptions { Source = "away" });
            Assert.Contains("safe in the log", Assert.Single(report.Warnings), StringComparison.Ordinal);
        }

        await engines.Flusher.FlushAsync();
        await AssertFactsAsync("away");
    }

    [Fact]
    public async Task Run_Should_KeepTimesToTheLastDigit_When_TheyAreMillisecondsOrNanoseconds()
    {
        await ImportTextAsync(SampleDump.Short, "times");
        Assert.All(SampleDump.Rows("runs"), row => Assert.True(row["start_time"].Length > 0));
        var runs = SampleDump.Rows("runs").ToDictionary(row => row["run_uuid"], row => row["start_time"]);
        await using var command = engines.Postgres.CreateCommand("SELECT original_id, (extract(epoch FROM start_time) * 1000)::numeric(20, 3)::text FROM run WHERE source = 'times'");
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                Assert.Equal(runs[reader.GetString(0)] + ".000", reader.GetString(1));
        }

        Assert.Equal(0, await CountAsync(
            "SELECT count(*) FROM span s JOIN trace t ON t.id = s.trace_id WHERE t.source = $1 AND extract(epoch FROM s.start_time) * 1000000 <> s.start_time_unix_nano / 1000", "times"));
    }

    [Theory]
    [InlineData("postgresql+psycopg2://me:p%40ss@db.example:6000/ml?sslmode=require", "Host=db.example;Port=6000;Database=ml;Username=me;Password=p@ss;SSL Mode=Require")]
    [InlineData("postgres://me@db/ml", "Host=db;Port=5432;Database=ml;Username=me")]
    [InlineData("Host=db;Database=ml", "Host=db;Database=ml")]
    public void ConnectionStringOf_Should_TakeMlflowsUrisAndNpgsqlsPairs_When_TheyAreGiven(string source, string expected) =>
        Assert.Equal(expected, TableSource.ConnectionStringOf(source));

    [Fact]
    public async Task Run_Should_ReadTheSame_When_TheSourceIsALiveDatabase()
    {
        var database = await engines.Engines.CreateDatabaseAsync();
        await using (var mlflow = NpgsqlDataSource.Create(database))
            await LiveMlflow.RestoreAsync(mlflow);
        await ImportAsync(database, "live");
        await AssertFactsAsync("live");
    }

    [Fact]
    public async Task Run_Should_FillWhatIsMissing_When_TheSchemaIsOlder()
    {
        const string dump =
            """
            COPY public.metrics (key, value, "timestamp", run_uuid) FROM stdin;
            loss	0.5	1600000000000	r1
            \.
            COPY public.runs (run_uuid, name, source_type, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id) FROM stdin;
            r1	a\tb\\c	LOCAL	me	FINISHED	1600000000000	\N	active	file:///x	0
            \.
            COPY experiments (experiment_id, name, artifact_location, lifecycle_stage) FROM stdin;
            0	Default	\N	active
            \.
            """;
        var path = SampleDump.Write(dump + "\n");
        await ImportAsync(path, "old");
        File.Delete(path);
        var run = (await RunsAsync("old"))["r1"];
        Assert.Equal("a\tb\\c", await engines.ScalarAsync<string>("SELECT name FROM run WHERE id = $1", run));
        Assert.Equal(0, (await engines.SummariesAsync(run)).Values.Single().Last.Position.Step);
    }

    [Theory]
    [InlineData("nothing of interest\n", "no COPY block")]
    [InlineData("INSERT INTO public.runs VALUES (1);\n", "--inserts")]
    [InlineData("COPY public.t (a) FROM stdin;\n1\n", "cut off")]
    [InlineData("COPY public.t (a) FROM stdin;\n1\n\\.\n", "no MLflow backend store")]
    [InlineData("SET client_encoding = 'LATIN1';\n", "UTF-8")]
    public async Task Run_Should_SayWhatToDo_When_TheFileIsNoUsableDump(string text, string said)
    {
        var path = SampleDump.Write(text);
        var fault = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(path, "unusable"));
        File.Delete(path);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    private static MetricPoint PointOf(Dictionary<string, string> row, Dictionary<string, long> runs) => new(
        new SeriesKey(runs[row["run_uuid"]], MetricScope.Run, row["key"], "", 0),
        new SeriesPoint(new PointPosition(0, long.Parse(row["step"], CultureInfo.InvariantCulture), long.Parse(row["timestamp"], CultureInfo.InvariantCulture)), SampleDump.TrueValue(row)));

    private static bool RunIn(string experiment, string uuid) => SampleDump.Rows("runs").Any(row => row["run_uuid"] == uuid && row["experiment_id"] == experiment);

    private Task<ImportReport> ImportAsync(string path, string source) => new MlflowImport(engines.Postgres, engines.Flusher).RunAsync(path, new ImportOptions { Source = source });

    private async Task<ImportReport> ImportTextAsync(string text, string source)
    {
        var path = SampleDump.Write(text);
        try
        {
            return await ImportAsync(path, source);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task AssertFactsAsync(string source)
    {
        // How each table of ours is reached from the source.
        string Owner(string table) => table switch
        {
            "experiment_tag" => "JOIN experiment o ON o.id = t.experiment_id",
            "run_param" or "run_tag" or "run_metric" or "trace_run" => "JOIN run o ON o.id = t.run_id",
            "input_tag" => "JOIN run_input o ON o.id = t.run_input_id",
            "registered_model_tag" or "model_alias" => "JOIN registered_model o ON o.id = t.registered_model_id",
            "model_version_tag" => "JOIN model_version o ON o.id = t.model_version_id",
            "span" or "trace_metadata" or "trace_tag" => "JOIN trace o ON o.id = t.trace_id",
            "logged_model_param" or "logged_model_tag" or "logged_model_metric" => "JOIN logged_model o ON o.id = t.logged_model_id",
            _ => "",
        };
        foreach (var (table, rows) in Facts)
        {
            var owner = Owner(table);
            Assert.Equal((table, rows), (table, await CountAsync($"SELECT count(*) FROM {table} t {owner} WHERE {(owner.Length > 0 ? "o" : "t")}.source = $1", source)));
        }

        Assert.Equal(84_420, await engines.ScalarAsync<decimal>("SELECT sum(m.count) FROM run_metric m JOIN run r ON r.id = m.run_id WHERE r.source = $1", source));
        Assert.Equal(84_420, await engines.ScalarAsync<decimal>("SELECT sum(c.seq) FROM run_counter c JOIN run r ON r.id = c.run_id WHERE r.source = $1", source));
        Assert.Equal(84_420, await engines.CountPointsAsync([.. (await RunsAsync(source)).Values]));
    }

    private async Task<Dictionary<string, long>> RunsAsync(string source)
    {
        await using var command = engines.Postgres.CreateCommand("SELECT original_id, id FROM run WHERE source = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = source });
        await using var reader = await command.ExecuteReaderAsync();
        var runs = new Dictionary<string, long>();
        while (await reader.ReadAsync())
            runs.Add(reader.GetString(0), reader.GetInt64(1));
        return runs;
    }

    private Task<long> CountAsync(string sql, string source) => engines.ScalarAsync<long>(sql, source);

    private sealed class ImmediateProgress(Action<ImportProgress> report) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => report(value);
    }
}
