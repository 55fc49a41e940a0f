using System.Text;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>An import that runs again after the source has changed names and lost records.</summary>
public sealed class MlflowConvergenceTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    private const string Run = "8ee47f524a684731905e7f6a04334415";
    private const string OtherRun = "014143a532d3472c96d7de1ad387da80";

    [Fact]
    public async Task Run_Should_TakeAwayWhatIsGone_When_TheSourceDeletedIt()
    {
        await ImportAsync(SampleDump.Short, "gone");
        var text = SampleDump.Short;
        foreach (var (table, part) in new[]
        {
            ("experiment_tags", "team\tvision\t1"), ("params", $"lr\t0.001\t{Run}"), ("tags", $"t1\tv1\t{Run}"), ("registered_model_aliases", "challenger\t2\twine-sgd"),
            ("registered_model_tags", "owner\talice"), ("model_version_tags", "rank\t2\twine-sgd\t3"), ("model_versions", "wine-sgd\t3\t"), ("model_versions", "cancer-rf\t1\t"),
            ("registered_models", "cancer-rf\t"), ("trace_info", "tr-b79d956540227334ae96c22359a63f4e"), ("trace_tags", "tr-b79d956540227334ae96c22359a63f4e"),
            ("trace_request_metadata", "tr-b79d956540227334ae96c22359a63f4e"), ("spans", "tr-b79d956540227334ae96c22359a63f4e"), ("entity_associations", "a-b45586f03bb044fb85ff9c0ecf789dce"),
            ("inputs", "0b034f0cb43c48ad8db2af9c94ce3b90"), ("input_tags", "0b034f0cb43c48ad8db2af9c94ce3b90"), ("evaluation_dataset_records", "dr-a2267ee0c4bb40fcb8b1f4626d6a362c"),
            ("logged_models", "m-2034d131b55a4dae9e7148195939c5fa"),
        })
        {
            text = SampleDump.Without(text, table, part);
        }

        var report = await ImportAsync(text, "gone");

        Assert.Empty(report.Warnings);
        Assert.All(report.Tables, table => Assert.Equal((table.Table, 0, 0), (table.Table, table.Added, table.Changed)));
        Assert.Equal(
            [
                ("entity_associations", 1L), ("evaluation_dataset_records", 1), ("experiment_tags", 1), ("input_tags", 1), ("inputs", 1), ("logged_models", 1), ("model_version_tags", 1),
                ("model_versions", 2), ("params", 1), ("registered_model_aliases", 1), ("registered_model_tags", 1), ("registered_models", 1), ("tags", 1), ("trace_info", 1),
            ],
            report.Tables.Where(table => table.Removed > 0).Select(table => (table.Table, table.Removed)));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM run_param p JOIN run r ON r.id = p.run_id WHERE r.source = $1 AND r.original_id = '8ee47f524a684731905e7f6a04334415' AND p.key = 'lr'", "gone"));
        Assert.Equal("0.001", await engines.ScalarAsync<string>("SELECT h.value FROM run_param_history h JOIN run r ON r.id = h.run_id WHERE r.source = $1 AND h.key = 'lr'", "gone"));
        Assert.Equal(3, await CountAsync("SELECT count(*) FROM registered_model WHERE source = $1", "gone"));

        // What the domain can mark is marked: the logged model keeps its params, the trace its spans, and both come back whole.
        Assert.Equal("DELETED 3", await engines.ScalarAsync<string>("SELECT lifecycle_stage || ' ' || (SELECT count(*) FROM span WHERE trace_id = trace.id) FROM trace WHERE source = $1 AND original_id = 'tr-b79d956540227334ae96c22359a63f4e'", "gone"));
        Assert.Equal("DELETED", await engines.ScalarAsync<string>("SELECT lifecycle_stage FROM logged_model WHERE source = $1 AND original_id = 'm-2034d131b55a4dae9e7148195939c5fa'", "gone"));
        Assert.Equal(83, await CountAsync("SELECT count(*) FROM logged_model_param p JOIN logged_model m ON m.id = p.logged_model_id WHERE m.source = $1", "gone"));
        var back = await ImportAsync(SampleDump.Short, "gone");
        Assert.Equal(0, back.Tables.Sum(table => table.Removed));
        Assert.Equal((1, 1), (back.Tables.Single(table => table.Table == "logged_models").Changed, back.Tables.Single(table => table.Table == "trace_info").Changed));
        Assert.Equal(4, await CountAsync("SELECT count(*) FROM registered_model WHERE source = $1", "gone"));
    }

    [Fact]
    public async Task Run_Should_RefuseAndChangeNothing_When_TheSourceIsAnotherServer()
    {
        await ImportAsync(SampleDump.Short, "other-server");
        var text = SampleDump.Short;
        foreach (var run in SampleDump.Rows("runs").Select(row => row["run_uuid"]!))
            text = text.Replace(run, new string([.. run.Reverse()]), StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(text, "other-server"));

        Assert.Contains("--source", refused.Message, StringComparison.Ordinal);
        Assert.Equal(227, await CountAsync("SELECT count(*) FROM run WHERE source = $1", "other-server"));
        var again = await ImportAsync(SampleDump.Short, "other-server");
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
    }

    [Fact]
    public async Task Run_Should_MarkARunAsDeletedAndKeepItsPoints_When_TheSourceLostIt()
    {
        await ImportAsync(SampleDump.Short, "lost-run");
        var points = SampleDump.Rows(SampleDump.Short, "metrics").Count(row => row["run_uuid"] == OtherRun);
        var text = SampleDump.Short;
        foreach (var table in new[] { "runs", "params", "tags", "metrics", "latest_metrics", "inputs" })
            text = SampleDump.Without(text, table, OtherRun);
        var run = await engines.ScalarAsync<long>("SELECT id FROM run WHERE source = $1 AND original_id = $2", "lost-run", OtherRun);
        var @params = await CountAsync("SELECT count(*) FROM run_param p JOIN run r ON r.id = p.run_id WHERE r.source = $1", "lost-run");

        var report = await ImportAsync(text, "lost-run");

        Assert.Equal([("runs", 1L)], report.Tables.Where(table => table.Removed > 0).Select(table => (table.Table, table.Removed)));
        Assert.Equal("DELETED", await engines.ScalarAsync<string>("SELECT lifecycle_stage FROM run WHERE id = $1 AND deleted_time IS NOT NULL", run));
        Assert.Equal(points, await engines.CountPointsAsync([run]));
        Assert.Equal(points, await engines.ScalarAsync<decimal>("SELECT sum(count) FROM run_metric WHERE run_id = $1", run));
        Assert.Equal(@params, await CountAsync("SELECT count(*) FROM run_param p JOIN run r ON r.id = p.run_id WHERE r.source = $1", "lost-run"));
        Assert.Equal(26, await CountAsync("SELECT count(*) FROM run_input WHERE source = $1", "lost-run"));

        var again = await ImportAsync(text, "lost-run");
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));

        await ImportAsync(SampleDump.Short, "lost-run");
        Assert.Equal("ACTIVE", await engines.ScalarAsync<string>("SELECT lifecycle_stage FROM run WHERE id = $1 AND deleted_time IS NULL", run));
        Assert.Equal(points, await engines.CountPointsAsync([run]));
    }

    [Fact]
    public async Task Run_Should_TakeAwayPoints_When_TheSourceHasThemNoMore()
    {
        await ImportAsync(SampleDump.Text, "fewer-points");
        var runs = await engines.ScalarAsync<long[]>("SELECT array_agg(id ORDER BY original_id = $2 DESC) FROM run WHERE source = $1 AND original_id IN ($2, $3)", "fewer-points", Run, OtherRun);
        var (before, other) = (await engines.PointsInClickHouseAsync(runs[0]), await engines.PointsInClickHouseAsync(runs[1]));
        var series = before.GroupBy(point => point.Series.Key).OrderByDescending(points => points.Count()).ThenBy(points => points.Key, StringComparer.Ordinal).Select(points => points.Key).ToArray();
        var (shorter, lost) = (series[0], series[^1]);

        // Logged here: one point where the source had one, another at a place of its own, and one of the series that the source loses.
        foreach (var key in new[] { shorter, lost })
            Assert.Equal(1, (await engines.LogAsync(runs[0], new MetricInput { Key = key, Step = 123_456_789, Time = DateTimeOffset.UnixEpoch, Value = 42 })).Value!.NewPoints);

        // The first series loses its last point, the last one all, and the other run each of its own.
        var last = before.Where(point => point.Series.Key == shorter).MaxBy(point => point.Point.Position);
        var text = SampleDump.Edit(SampleDump.Text, "metrics", row => row.Split('\t') is [var key, _, var time, var run, var step, ..]
            && ((run == Run && key == lost) || run == OtherRun || (run == Run && key == shorter && time == $"{last.Point.Position.Time}" && step == $"{last.Point.Position.Step}"))
            ? null : row);
        var report = await ImportAsync(text, "fewer-points");

        var gone = 1 + before.Count(point => point.Series.Key == lost) + other.Count;
        Assert.Equal((0, gone), (report.Tables.Single(table => table.Table == "metrics").Added, report.Tables.Single(table => table.Table == "metrics").Removed));
        Assert.Equal(
            before.Where(point => point.Series.Key != lost && point != last).Select(point => $"{point}").Concat([shorter, lost]).Order(),
            (await engines.PointsInClickHouseAsync(runs[0])).Select(point => point.Point.Value == 42 && point.Point.Position.Step == 123_456_789 ? point.Series.Key : $"{point}").Order());
        Assert.Empty(await engines.PointsInClickHouseAsync(runs[1]));
        Assert.Empty(await engines.SummariesAsync(runs[1]));
        await engines.AssertVerifiedAsync();

        // A point that is logged where one was taken away is there; an import without changes changes nothing; and what comes back at the source comes back here.
        Assert.Equal(1, (await engines.LogAsync(runs[1], new MetricInput { Key = other[0].Series.Key, Step = other[0].Point.Position.Step, Time = DateTimeOffset.FromUnixTimeMilliseconds(other[0].Point.Position.Time), Value = other[0].Point.Value })).Value!.NewPoints);
        var again = await ImportAsync(text, "fewer-points");
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        Assert.Single(await engines.PointsInClickHouseAsync(runs[1]));
        var back = await ImportAsync(SampleDump.Text, "fewer-points");
        Assert.Equal(gone - 1, back.Tables.Single(table => table.Table == "metrics").Added);
        Assert.Equal(before.Count + 2, (await engines.PointsInClickHouseAsync(runs[0])).Count);
        await engines.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Run_Should_BringAVersionDeleted_When_ItsModelWasDeletedHere()
    {
        await ImportAsync(SampleDump.Without(SampleDump.Without(SampleDump.Short, "model_versions", "wine-sgd\t3\t"), "model_version_tags", "wine-sgd\t3"), "new-version");
        await engines.ExecuteAsync("UPDATE registered_model SET lifecycle_stage = 'DELETED', deletion = nextval('deletion') WHERE source = 'new-version' AND name = 'wine-sgd'");

        await ImportAsync(SampleDump.Short, "new-version");

        Assert.Equal("DELETED", await engines.ScalarAsync<string>(
            "SELECT v.lifecycle_stage FROM model_version v JOIN registered_model m ON m.id = v.registered_model_id AND m.deletion = v.deletion WHERE v.source = 'new-version' AND v.name = 'wine-sgd' AND v.version = 3"));
    }

    [Fact]
    public async Task Run_Should_LeaveAloneWhatWasMadeHere_When_TheSourceDoesNotHaveIt()
    {
        await ImportAsync(SampleDump.Short, "kept");
        await ImportAsync(SampleDump.Short, "another");
        var experiment = await engines.ScalarAsync<long>("SELECT id FROM experiment WHERE source = $1 AND name = 'lm-pretrain'", "kept");
        var imported = await engines.ScalarAsync<long>("SELECT id FROM run WHERE source = $1 AND original_id = $2", "kept", Run);
        var made = await engines.CreateRunAsync(experiment);
        foreach (var run in new[] { imported, made })
        {
            var logged = await engines.Log.LogBatchAsync(
                new LogBatchRequest { RunId = run, Metrics = [new MetricInput { Key = "mine", Value = 1, Step = 0 }], Params = [new("mine", "1")], Tags = [new("mine", "1")] }, Caller.Anonymous);
            Assert.Empty(logged.Errors);
        }

        await engines.ExecuteAsync(
            """
            WITH model AS (SELECT id, name FROM registered_model WHERE source = 'kept' AND name = 'wine-sgd'),
            version AS (INSERT INTO model_version (registered_model_id, source, name, version, current_stage) SELECT id, 'kept', name, 77, 'None' FROM model RETURNING id, registered_model_id)
            INSERT INTO model_alias (registered_model_id, alias, version, model_version_id) SELECT registered_model_id, 'mine', 77, id FROM version
            """);
        await engines.ExecuteAsync("INSERT INTO registered_model_tag (registered_model_id, key, value) SELECT id, 'mine', '1' FROM registered_model WHERE source = 'kept' AND name = 'cancer-rf'");
        await engines.ExecuteAsync("INSERT INTO trace_tag (trace_id, key, value) SELECT id, 'mine', '1' FROM trace WHERE source = 'kept' AND original_id = 'tr-d6b51f732aeff89f0501b9d35bddc50e'");
        await engines.ExecuteAsync("UPDATE trace_tag SET value = 'changed here' FROM trace t WHERE t.id = trace_id AND t.source = 'kept' AND t.original_id = 'tr-d6b51f732aeff89f0501b9d35bddc50e' AND key <> 'mine'");
        await engines.ExecuteAsync("INSERT INTO prediction_set (source, dataset_id, name) SELECT 'local', min(id), 'mine' FROM dataset WHERE source = 'kept'");
        var local = await engines.CreateExperimentAsync();

        // The source loses the whole experiment of the run that was made here, and another one.
        var text = SampleDump.Short;
        foreach (var name in new[] { "lm-pretrain", "digits-baseline" })
            text = SampleDump.Without(text, "experiments", name);
        // So it does all models, the datasets and the tags of traces.
        foreach (var table in new[] { "registered_models", "registered_model_tags", "registered_model_aliases", "model_versions", "model_version_tags", "datasets", "trace_tags" })
            text = SampleDump.Edit(text, table, _ => null);
        var report = await ImportAsync(text, "kept");

        Assert.Equal("cancer-rf wine-sgd", await engines.ScalarAsync<string>("SELECT string_agg(name, ' ' ORDER BY name) FROM registered_model WHERE source = $1", "kept"));
        Assert.Equal("77 mine", await engines.ScalarAsync<string>("SELECT string_agg(v.version || ' ' || a.alias, ', ') FROM model_version v LEFT JOIN model_alias a ON a.model_version_id = v.id WHERE v.source = $1", "kept"));
        Assert.Equal("mine 1", await engines.ScalarAsync<string>("SELECT string_agg(t.key || ' ' || t.value, ', ') FROM registered_model_tag t JOIN registered_model m ON m.id = t.registered_model_id WHERE m.source = $1", "kept"));
        Assert.Equal(
            1 + SampleDump.Rows("trace_tags").Count(row => row["request_id"] == "tr-d6b51f732aeff89f0501b9d35bddc50e"),
            await CountAsync("SELECT count(*) FROM trace_tag g JOIN trace t ON t.id = g.trace_id JOIN experiment e ON e.id = t.experiment_id WHERE t.source = $1 AND e.original_id = '1'", "kept"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM prediction_set p JOIN dataset d ON d.id = p.dataset_id WHERE d.source = $1", "kept"));
        Assert.Contains("'lm-pretrain'", Assert.Single(report.Warnings, warning => warning.Contains("made here", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("ACTIVE", await engines.ScalarAsync<string>("SELECT lifecycle_stage FROM experiment WHERE id = $1", experiment));
        Assert.Equal("DELETED", await engines.ScalarAsync<string>("SELECT lifecycle_stage FROM experiment WHERE source = $1 AND name = 'digits-baseline'", "kept"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM run r JOIN experiment e ON e.id = r.experiment_id WHERE e.source = $1 AND e.name = 'digits-baseline' AND r.lifecycle_stage = 'ACTIVE'", "kept"));
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM run_param p JOIN run r ON r.id = p.run_id WHERE r.source = $1 AND p.key = 'mine'", "kept"));
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM run_tag t JOIN run r ON r.id = t.run_id WHERE r.source = $1 AND t.key = 'mine'", "kept"));
        Assert.Equal("ACTIVE", await engines.ScalarAsync<string>("SELECT lifecycle_stage FROM run WHERE id = $1", made));
        Assert.Equal("ACTIVE", await engines.ScalarAsync<string>("SELECT lifecycle_stage FROM experiment WHERE id = $1", local));
        await engines.Flusher.FlushAsync();
        Assert.Equal(1, await engines.CountPointsAsync([made]));
        Assert.Contains(await engines.PointsInClickHouseAsync(imported), point => point.Series.Key == "mine");
        Assert.Equal(
            (8L, 227L),
            (await CountAsync("SELECT count(*) FROM experiment WHERE source = $1 AND lifecycle_stage = 'ACTIVE'", "another"), await CountAsync("SELECT count(*) FROM run WHERE source = $1", "another")));
    }

    [Fact]
    public async Task Run_Should_SayNothingOfTables_When_TheDumpDoesNotHaveThem()
    {
        await ImportAsync(SampleDump.Short, "partial");
        var text = SampleDump.Short;
        foreach (var table in new[] { "params", "registered_models", "evaluation_dataset_records", "experiment_tags" })
        {
            var from = text.IndexOf($"COPY public.{table} (", StringComparison.Ordinal);
            text = text.Remove(from, text.IndexOf("\\.\n", from, StringComparison.Ordinal) + 3 - from);
        }

        var report = await ImportAsync(text, "partial");

        Assert.Equal(0, report.Tables.Sum(table => table.Removed));
        Assert.Equal(850, await CountAsync("SELECT count(*) FROM run_param p JOIN run r ON r.id = p.run_id WHERE r.source = $1", "partial"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM other_row WHERE source = $1 AND table_name = 'evaluation_dataset_records'", "partial"));
    }

    [Fact]
    public async Task Run_Should_FollowNames_When_TwoExperimentsSwappedThem()
    {
        await ImportAsync(SampleDump.Short, "swapped");
        var text = SampleDump.Edit(SampleDump.Short, "experiments", row => row.Split('\t') switch
        {
            // wine-sgd and cancer-sweep swap, lm-pretrain takes the name that digits-baseline gives up, and a new one the name of an experiment that is gone.
            ["5", .. var rest] => string.Join('\t', ["5", "cancer-sweep", .. rest[1..]]),
            ["6", .. var rest] => string.Join('\t', ["6", "wine-sgd", .. rest[1..]]),
            ["7", .. var rest] => string.Join('\t', ["7", "digits-baseline", .. rest[1..]]),
            ["8", .. var rest] => string.Join('\t', ["8", "digits", .. rest[1..]]),
            ["9", .. var rest] => string.Join('\t', ["10", .. rest]),
            _ => row,
        });

        for (var i = 0; i < 2; i++)
        {
            var report = await ImportAsync(text, "swapped");
            var experiments = report.Tables.Single(table => table.Table == "experiments");
            Assert.Equal(i == 0 ? (1, 4) : (0, 0), (experiments.Added, experiments.Changed));
            await using var command = engines.Postgres.CreateCommand("SELECT original_id || ' ' || name || ' ' || unique_name FROM experiment WHERE source = 'swapped' AND length(original_id) + original_id::int > 5 ORDER BY original_id::int");
            await using var reader = await command.ExecuteReaderAsync();
            var names = new List<string>();
            while (await reader.ReadAsync())
                names.Add(reader.GetString(0));
            Assert.Equal(["5 cancer-sweep true", "6 wine-sgd true", "7 digits-baseline true", "8 digits true", "9 to-be-deleted false", "10 to-be-deleted true"], names);
        }
    }

    [Fact]
    public async Task Run_Should_WithholdRows_When_TheirTableHoldsCredentials()
    {
        var text = SampleDump.With(SampleDump.Short, "secrets", "s1\tapi\t\\\\xdeadbeef\t\\\\xbeef\t1\tsk-...x\topenai\t\\N\t\\N\troot\t1\troot\t1\tdefault\n");
        text = SampleDump.With(text, "webhooks", "w1\thook\t\\N\thttps://example.org/?key=1\tACTIVE\tgAAAAA\t1\t1\t\\N\tdefault\n");
        text += "COPY public.later_things (id, access_token) FROM stdin;\n1\tabc\n\\.\nCOPY public.counted_things (id, tokens, secret_id) FROM stdin;\n1\t5\ts1\n\\.\n";

        var report = await ImportAsync(text, "withheld");

        Assert.Contains("(later_things, secrets, webhooks)", Assert.Single(report.Warnings), StringComparison.Ordinal);
        await using var command = engines.Postgres.CreateCommand("SELECT table_name FROM other_row WHERE source = 'withheld' AND is_withheld ORDER BY 1");
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        Assert.Equal(["later_things", "secrets", "webhooks"], tables);
        Assert.Equal("gAAAAA", await engines.ScalarAsync<string>("SELECT data ->> 'secret' FROM other_row WHERE source = $1 AND table_name = 'webhooks'", "withheld"));
    }

    [Fact]
    public async Task Run_Should_TakeOverADatasetAndATrace_When_TheyWereMadeHereInTheSourcesPlace()
    {
        await ImportAsync(Small(), "twin");
        var experiment = await engines.ScalarAsync<long>("SELECT id FROM experiment WHERE source = $1 AND original_id = '1'", "twin");
        await engines.ExecuteAsync("INSERT INTO dataset (source, experiment_id, name, digest, lifecycle_stage, deletion) VALUES ('local', $1, 'wine', 'abc', 'DELETED', nextval('deletion'))", experiment);
        await engines.ExecuteAsync("INSERT INTO trace (source, experiment_id, request_id, start_time, status, lifecycle_stage) VALUES ('twin', $1, 'tr-1', now(), 'OK', 'DELETED')", experiment);

        await ImportAsync(Small(datasets: "d1\t1\twine\tabc\tlocal\t{}\n", traces: "tr-1\t1\t1600000000000\t5\tERROR\n"), "twin");

        Assert.Equal("d1 local ACTIVE", await engines.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', original_id, origin_type, lifecycle_stage, deletion), ', ') FROM dataset WHERE source = $1", "twin"));
        Assert.Equal("tr-1 ERROR ACTIVE", await engines.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', original_id, status, lifecycle_stage), ', ') FROM trace WHERE source = $1", "twin"));
        var again = await ImportAsync(Small(datasets: "d1\t1\twine\tabc\tlocal\t{}\n", traces: "tr-1\t1\t1600000000000\t5\tERROR\n"), "twin");
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
    }

    [Fact]
    public async Task Run_Should_DeleteTogetherWhatGoesTogether_When_TheSourceLostAnExperiment()
    {
        const string runs =
            """
            SELECT string_agg(concat_ws(' ', r.original_id, r.lifecycle_stage, num_nonnulls(r.deletion), num_nonnulls(r.deleted_time), r.deletion = e.deletion), ', ' ORDER BY r.original_id)
            FROM run r JOIN experiment e ON e.id = r.experiment_id WHERE e.source = $1 AND e.original_id = '2'
            """;
        await ImportAsync(Small(), "together");
        await ImportAsync(Small(isWhole: false), "together");
        Assert.Equal("r2 DELETED 1 1 t, r3 DELETED 0 1", await engines.ScalarAsync<string>(runs, "together"));

        // The run that was deleted before stays deleted.
        var graph = await TrackingGraph.BuildAsync(engines);
        var experiment = await engines.ScalarAsync<long>("SELECT id FROM experiment WHERE source = $1 AND original_id = '2'", "together");
        var restored = await graph.RunAsync(
            "mutation ($e: ID!) { restoreExperiment(input: {id: $e}) { errors { __typename } } }", new { e = Convert.ToBase64String(Encoding.UTF8.GetBytes($"Experiment:{experiment}")) });
        Assert.Equal("""{"restoreExperiment":{"errors":[]}}""", restored.GetRawText());
        Assert.Equal("r2 ACTIVE 0 0, r3 DELETED 0 1", await engines.ScalarAsync<string>(runs, "together"));

        // What the source has again is in no deletion any more.
        await ImportAsync(Small(isWhole: false), "together");
        await ImportAsync(Small(), "together");
        Assert.Equal("r2 ACTIVE 0 0, r3 DELETED 0 1", await engines.ScalarAsync<string>(runs, "together"));
        Assert.Equal(0, await CountAsync("SELECT count(deletion) FROM experiment WHERE source = $1", "together"));
    }

    /// <summary>A small server: two experiments, the second of which has a run that is in use and one that is deleted.</summary>
    private static string Small(bool isWhole = true, string datasets = "", string traces = "") =>
        $"""
        COPY public.experiments (experiment_id, name, lifecycle_stage) FROM stdin;
        1	stays	active
        {(isWhole ? "2\tgoes\tactive\n" : "")}\.
        COPY public.runs (run_uuid, name, status, lifecycle_stage, deleted_time, experiment_id) FROM stdin;
        r1	a	FINISHED	active	\N	1
        {(isWhole ? "r2\tb\tFINISHED\tactive\t\\N\t2\nr3\tc\tFINISHED\tdeleted\t1600000000000\t2\n" : "")}\.
        COPY public.datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source) FROM stdin;
        {datasets}\.
        COPY public.trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status) FROM stdin;
        {traces}\.

        """;

    private async Task<ImportReport> ImportAsync(string text, string source)
    {
        var path = SampleDump.Write(text);
        try
        {
            return await new MlflowImport(engines.Postgres, engines.Flusher).RunAsync(path, new ImportOptions { Source = source });
        }
        finally
        {
            File.Delete(path);
        }
    }

    private Task<long> CountAsync(string sql, string source) => engines.ScalarAsync<long>(sql, source);
}
