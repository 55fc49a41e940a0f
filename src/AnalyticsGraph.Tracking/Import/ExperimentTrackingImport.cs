using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// Takes over an experiment tracking database: experiments, trials, trial runs, results, epochs, batches, artifacts; and metrics, both as they are (<c>metric_record</c>) and as
/// points of the runs that they are linked to.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Where epochs, batches and metrics go.</param>
/// <param name="flusher">Brings the points on.</param>
public sealed class ExperimentTrackingImport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) : OriginalImport(postgres, clickHouse, flusher)
{
    private const string Moment = "Nullable(DateTime64(6, 'UTC'))";

    /// <summary>The source's metrics with those they are linked to; of places in the source that are no rows, too.</summary>
    private static readonly string Links =
        $"""
        CREATE TEMP TABLE link AS
        SELECT l.*, r.experiment_id, coalesce(l.own_time, r.start_time, 'epoch') AS time
        FROM (
            SELECT s.metric_id::bigint AS original_id, 'RESULT' AS level, r.id AS run_id, 0::bigint AS epoch, 0::bigint AS batch, s.{Sql.Ordinal} AS ordinal, pg_temp.local_moment(o.time, $2) AS own_time
            FROM {OriginalTables.ResultsMetric.Staged} s JOIN run r ON r.source = $1 AND r.original_id = s.results_id
                LEFT JOIN {OriginalTables.Results.Staged} o ON o.trial_run_id = s.results_id AND NOT o.{Sql.Aside}
            WHERE NOT s.{Sql.Aside}
            UNION ALL
            SELECT s.metric_id::bigint, 'EPOCH', r.id, s.epoch_idx::bigint, 0, s.{Sql.Ordinal}, pg_temp.local_moment(o.time, $2)
            FROM {OriginalTables.EpochMetric.Staged} s JOIN run r ON r.source = $1 AND r.original_id = s.epoch_trial_run_id
                LEFT JOIN {OriginalTables.Epoch.Staged} o ON o.trial_run_id = s.epoch_trial_run_id AND o.idx = s.epoch_idx AND NOT o.{Sql.Aside}
            WHERE NOT s.{Sql.Aside}
            UNION ALL
            SELECT s.metric_id::bigint, 'BATCH', r.id, s.epoch_idx::bigint, s.batch_idx::bigint, s.{Sql.Ordinal}, pg_temp.local_moment(o.time, $2)
            FROM {OriginalTables.BatchMetric.Staged} s JOIN run r ON r.source = $1 AND r.original_id = s.trial_run_id
                LEFT JOIN {OriginalTables.Batch.Staged} o ON o.trial_run_id = s.trial_run_id AND o.epoch_idx = s.epoch_idx AND o.idx = s.batch_idx AND NOT o.{Sql.Aside}
            WHERE NOT s.{Sql.Aside}) l
            JOIN run r ON r.id = l.run_id
        """;

    /// <summary>Whether the source has the run <c>r</c>: what belongs to one that it has no more stays with it.</summary>
    private static readonly string HasRun = $"EXISTS (SELECT FROM {OriginalTables.TrialRun.Staged} s WHERE s.id = r.original_id AND NOT s.{Sql.Aside})";

    private static readonly (OriginalTable Table, string Level)[] Junctions =
        [(OriginalTables.ResultsMetric, "RESULT"), (OriginalTables.EpochMetric, "EPOCH"), (OriginalTables.BatchMetric, "BATCH")];

    private static readonly string Points =
        $"""
        CREATE TEMP TABLE point AS
        SELECT l.experiment_id, l.run_id, coalesce(m.type, '') AS key, CASE l.level WHEN 'EPOCH' THEN l.epoch WHEN 'BATCH' THEN l.batch ELSE 0 END AS step,
            pg_temp.point_time(l.time) AS time, v.number AS value, l.level AS scope, v.label, CASE l.level WHEN 'BATCH' THEN l.epoch ELSE 0 END AS epoch
        FROM pg_temp.link l JOIN {OriginalTables.Metric.Staged} m ON m.id = l.original_id::text AND NOT m.{Sql.Aside}
            CROSS JOIN LATERAL (
                SELECT '' AS label, pg_temp.double_number(m.total_val) AS number WHERE pg_temp.double_number(m.total_val) IS NOT NULL
                UNION ALL
                SELECT label, number FROM pg_temp.labels(m.per_label_val)) v
        """;

    private protected override string System => "EXPERIMENT_TRACKING";

    private protected override IReadOnlyList<OriginalTable> Tables => OriginalTables.ExperimentTracking;

    private protected override async Task StoreRecordsAsync(OriginalRun run, CancellationToken ct)
    {
        foreach (var (table, target, deleted, more) in new[]
        {
            (OriginalTables.Experiment, "experiment", OriginalRun.Deleted(), $"{MadeHere("run", "experiment")} {MadeHere("trial", "experiment")}"),
            (OriginalTables.Trial, "trial", OriginalRun.Deleted("experiment"), MadeHere("run", "trial")),
            (OriginalTables.TrialRun, "run", OriginalRun.Deleted("experiment", "trial") + ", deleted_time = now()", ""),
            (OriginalTables.Artifact, "artifact", OriginalRun.Deleted(), ""),
        })
        {
            await run.RemoveAsync(
                table,
                $"""
                UPDATE {target} SET {deleted} WHERE source = $1 AND original_id IS NOT NULL AND lifecycle_stage = 'ACTIVE' {more}
                    AND NOT EXISTS (SELECT FROM {table.Staged} s WHERE s.id = {target}.original_id AND NOT s.{Sql.Aside})
                """, ct).ConfigureAwait(false);
        }

        await run.RemoveAsync(
            OriginalTables.Results,
            $"""
            DELETE FROM results o USING run r WHERE r.id = o.run_id AND r.source = $1 AND o.changed_by = 'import' AND {HasRun}
                AND NOT EXISTS (SELECT FROM {OriginalTables.Results.Staged} s WHERE s.trial_run_id = r.original_id AND NOT s.{Sql.Aside})
            """, ct).ConfigureAwait(false);
        (string, string)[] identity = [("source", "$1"), ("original_id", "s.id"), .. OriginalRun.InUse];
        const string key = "source, original_id";
        await run.StoreAsync(OriginalTables.Experiment, "experiment", key, [.. identity, ("unique_name", "false")], "", ct).ConfigureAwait(false);
        await run.StoreAsync(
            OriginalTables.Trial, "trial", key, [.. identity, ("experiment_id", "e.id")], "JOIN experiment e ON e.source = $1 AND e.original_id = s.experiment_id", ct).ConfigureAwait(false);
        await run.StoreAsync(
            OriginalTables.TrialRun, "run", key,
            [.. identity, ("deleted_time", "NULL::timestamptz"), ("experiment_id", "p.experiment_id"), ("trial_id", "p.id"), ("uuid", "md5('trial_run:' || $1 || ':' || s.id)")],
            "JOIN trial p ON p.source = $1 AND p.original_id = s.trial_id", ct).ConfigureAwait(false);
        await run.StoreAsync(OriginalTables.Results, "results", "run_id", [("run_id", "r.id"), .. OriginalRun.InUse], "JOIN run r ON r.source = $1 AND r.original_id = s.trial_run_id", ct).ConfigureAwait(false);
        await run.StoreAsync(OriginalTables.Artifact, "artifact", key, identity, "", ct).ConfigureAwait(false);
        foreach (var (table, level, columns, values, joins) in new[]
        {
            (OriginalTables.ExperimentArtifact, "EXPERIMENT", "experiment_id", "o.id", "JOIN experiment o ON o.source = $1 AND o.original_id = s.experiment_id"),
            (OriginalTables.TrialArtifact, "TRIAL", "trial_id", "o.id", "JOIN trial o ON o.source = $1 AND o.original_id = s.trial_id"),
            (OriginalTables.TrialRunArtifact, "RUN", "run_id", "o.id", "JOIN run o ON o.source = $1 AND o.original_id = s.trial_run_id"),
            (OriginalTables.ResultsArtifact, "RESULTS", "run_id", "o.id", "JOIN run o ON o.source = $1 AND o.original_id = s.results_id"),
            (OriginalTables.EpochArtifact, "EPOCH", "run_id, epoch_index", "o.id, s.epoch_idx::bigint", "JOIN run o ON o.source = $1 AND o.original_id = s.epoch_trial_run_id"),
            (OriginalTables.BatchArtifact, "BATCH", "run_id, epoch_index, batch_index", "o.id, s.epoch_idx::bigint, s.batch_idx::bigint", "JOIN run o ON o.source = $1 AND o.original_id = s.trial_run_id"),
        })
        {
            await StoreLinksAsync(run, table, level, columns, values, joins, ct).ConfigureAwait(false);
        }
    }

    private protected override async Task StoreSeriesAsync(OriginalRun run, CancellationToken ct)
    {
        var runs = await run.IdsAsync("SELECT id FROM run WHERE source = $1 AND original_id IS NOT NULL", ct).ConfigureAwait(false);
        await StoreEpochsAsync(run, runs, ct).ConfigureAwait(false);
        await StoreBatchesAsync(run, runs, ct).ConfigureAwait(false);
        await run.ExecuteAsync(Links, ct).ConfigureAwait(false);
        await StoreMetricsAsync(run, ct).ConfigureAwait(false);
        await run.ExecuteAsync(Points, ct).ConfigureAwait(false);
        await run.ExecuteAsync("CREATE INDEX ON pg_temp.point (experiment_id); ANALYZE pg_temp.point", ct).ConfigureAwait(false);
        MetricScope[] told = [.. Junctions.Where(junction => run.Staging.Has(OriginalTables.Metric) && run.Staging.Has(junction.Table)).Select(junction => MetricScopes.Parse(junction.Level))];
        const string experiments =
            """
            SELECT experiment_id FROM pg_temp.point
            UNION SELECT r.experiment_id FROM run r JOIN run_counter c ON c.run_id = r.id WHERE r.source = $1 AND r.original_id IS NOT NULL AND c.seq > c.removed ORDER BY 1
            """;
        foreach (var experiment in await run.IdsAsync(experiments, ct).ConfigureAwait(false))
        {
            await using var transaction = await ImportSession.BeginAsync(run.Connection, ct).ConfigureAwait(false);
            var points = new ImportedPoints(
                run.Connection, Flusher, run.Source, experiment,
                $"SELECT run_id, key, step, time, value, scope, label, epoch FROM pg_temp.point WHERE experiment_id = $2 AND $1::text IS NOT NULL {ImportedPoints.Order}", HasRun, told,
                rows => run.Progress.Report(new ImportProgress(ImportStage.Storing, "points", rows, null)));
            await points.StoreAsync(ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
            Flusher.NoteLogged(points.LoggedBytes);
            if (Flusher.PendingBytes > 64 << 20)
                await Flusher.FlushAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>That no record that was made here needs the one that is to go.</summary>
    private static string MadeHere(string table, string owner) => $"AND NOT EXISTS (SELECT FROM {table} h WHERE h.{owner}_id = {owner}.id AND h.original_id IS NULL AND h.lifecycle_stage = 'ACTIVE')";

    private static async Task StoreLinksAsync(OriginalRun run, OriginalTable table, string level, string columns, string values, string joins, CancellationToken ct)
    {
        if (!run.Staging.Has(table))
            return;
        var rows = $"SELECT a.id AS artifact_id, '{level}' AS level, {values} FROM {table.Staged} s JOIN artifact a ON a.source = $1 AND a.original_id = s.artifact_id {joins} WHERE NOT s.{Sql.Aside}";
        var names = columns.Split(", ");
        var (owner, original) = names[0] switch
        {
            "experiment_id" => ("experiment", OriginalTables.Experiment),
            "trial_id" => ("trial", OriginalTables.Trial),
            _ => ("run", OriginalTables.TrialRun),
        };
        run.Counts.AddRemoved(table.Name, await run.ExecuteAsync(
            $"""
            DELETE FROM artifact_link l USING artifact a, {owner} o
            WHERE a.id = l.artifact_id AND a.source = $1 AND l.level = '{level}' AND l.added_by = 'import' AND o.id = l.{names[0]} AND {Told(original, "o")} AND {Told(OriginalTables.Artifact, "a")} AND (l.artifact_id, l.level, {string.Join(", ", names.Select(name => "l." + name))}) NOT IN ({rows})
            """, ct).ConfigureAwait(false));
        await run.Counts.RunAsync(run.Connection, table.Name, $"INSERT INTO artifact_link (artifact_id, level, {columns}) {rows} ON CONFLICT DO NOTHING", run.Source, "", 0, ct).ConfigureAwait(false);
    }

    private static string Told(OriginalTable table, string record) => $"EXISTS (SELECT FROM {table.Staged} s WHERE s.id = {record}.original_id AND NOT s.{Sql.Aside})";

    private async Task StoreEpochsAsync(OriginalRun run, long[] runs, CancellationToken ct)
    {
        await run.Series.ReadAsync(
            "present_epoch (run_id bigint, idx bigint, time timestamptz, version bigint)", "run_id, idx, concat(toString(time), '+00'), version", "FROM epoch FINAL WHERE run_id IN {ids:Array(Int64)}", runs, ct).ConfigureAwait(false);
        await RemoveRowsAsync(run, OriginalTables.Epoch, "epoch", ["run_id", "idx"], "s.trial_run_id = r.original_id AND s.idx = p.idx::text", ct).ConfigureAwait(false);
        await using var select = run.Command(
            $"""
            SELECT p.run_id IS NULL, r.experiment_id, r.id AS run_id, s.idx::bigint AS idx, v.time
            FROM {OriginalTables.Epoch.Staged} s JOIN run r ON r.source = $1 AND r.original_id = s.trial_run_id
                CROSS JOIN LATERAL (SELECT pg_temp.local_moment(s.time, $2) AS time) v LEFT JOIN pg_temp.present_epoch p ON p.run_id = r.id AND p.idx = s.idx::bigint
            WHERE NOT s.{Sql.Aside} AND (p.run_id IS NULL OR p.time IS DISTINCT FROM v.time)
            """);
        var (added, changed, _) = await run.Series.WriteAsync("epoch", select, ["Int64", "Int64", "Int64", Moment], ct).ConfigureAwait(false);
        run.Counts.Add(OriginalTables.Epoch.Name, added, changed);
    }

    /// <summary>Removes the rows that an import brought and the source has no more of runs that it has.</summary>
    private async Task RemoveRowsAsync(OriginalRun run, OriginalTable table, string target, string[] key, string isSame, CancellationToken ct)
    {
        if (!run.Staging.Has(table))
            return;
        await using var gone = run.Command(
            $"""
            SELECT {string.Join(", ", key.Select(column => "p." + column))}, p.version
            FROM pg_temp.present_{target} p JOIN run r ON r.id = p.run_id JOIN import_group g ON g.source = $1 AND g.group_id = p.version
            WHERE {HasRun} AND NOT EXISTS (SELECT FROM {table.Staged} s WHERE {isSame} AND NOT s.{Sql.Aside})
            """);
        run.Counts.AddRemoved(table.Name, await run.Series.RemoveAsync(target, key, ("run_counter", "run_id"), gone, Flusher, ct).ConfigureAwait(false));
    }

    private async Task StoreBatchesAsync(OriginalRun run, long[] runs, CancellationToken ct)
    {
        await run.Series.ReadAsync(
            "present_batch (run_id bigint, epoch_idx bigint, idx bigint, time timestamptz, version bigint)", "run_id, epoch_idx, idx, concat(toString(time), '+00'), version",
            "FROM batch FINAL WHERE run_id IN {ids:Array(Int64)}", runs, ct).ConfigureAwait(false);
        await RemoveRowsAsync(
            run, OriginalTables.Batch, "batch", ["run_id", "epoch_idx", "idx"], "s.trial_run_id = r.original_id AND s.epoch_idx = p.epoch_idx::text AND s.idx = p.idx::text", ct).ConfigureAwait(false);
        await using var select = run.Command(
            $"""
            SELECT p.run_id IS NULL, r.experiment_id, r.id AS run_id, s.epoch_idx::bigint AS epoch_idx, s.idx::bigint AS idx, v.time
            FROM {OriginalTables.Batch.Staged} s JOIN run r ON r.source = $1 AND r.original_id = s.trial_run_id
                CROSS JOIN LATERAL (SELECT pg_temp.local_moment(s.time, $2) AS time) v
                LEFT JOIN pg_temp.present_batch p ON p.run_id = r.id AND p.epoch_idx = s.epoch_idx::bigint AND p.idx = s.idx::bigint
            WHERE NOT s.{Sql.Aside} AND (p.run_id IS NULL OR p.time IS DISTINCT FROM v.time)
            """);
        var (added, changed, _) = await run.Series.WriteAsync("batch", select, ["Int64", "Int64", "Int64", "Int64", Moment], ct).ConfigureAwait(false);
        run.Counts.Add(OriginalTables.Batch.Name, added, changed);
    }

    private static async Task StoreMetricsAsync(OriginalRun run, CancellationToken ct)
    {
        const string word = "LowCardinality(Nullable(String))";
        await ReadLinksAsync(run, ct).ConfigureAwait(false);
        if (run.Staging.Has(OriginalTables.Metric))
        {
            await run.Series.ReadAsync(
                "present_metric (original_id bigint, type text, total_text text, per_label_val text)", "original_id, type, total_text, per_label_val",
                "FROM metric_record FINAL WHERE source = {source:String}", run.Source, ct).ConfigureAwait(false);
            await using (var select = run.Command(
                $"""
                SELECT p.original_id IS NULL, $1 AS source, s.id::bigint AS original_id, s.type, pg_temp.double_number(s.total_val) AS total_val, s.total_val AS total_text, s.per_label_val
                FROM {OriginalTables.Metric.Staged} s LEFT JOIN pg_temp.present_metric p ON p.original_id = s.id::bigint
                WHERE NOT s.{Sql.Aside} AND (p.original_id IS NULL OR (p.type, p.total_text, p.per_label_val) IS DISTINCT FROM (s.type, s.total_val, s.per_label_val))
                """))
            {
                var (added, changed, _) = await run.Series.WriteAsync(
                    "metric_record", select, ["LowCardinality(String)", "Int64", word, "Nullable(Float64)", "Nullable(String)", "Nullable(String)"], ct).ConfigureAwait(false);
                run.Counts.Add(OriginalTables.Metric.Name, added, changed);
            }

            // A metric of a run that the source has no more stays with it.
            var gone = await run.IdsAsync(
                $"""
                SELECT original_id FROM pg_temp.present_metric p
                WHERE NOT EXISTS (SELECT FROM {OriginalTables.Metric.Staged} s WHERE s.id = p.original_id::text AND NOT s.{Sql.Aside}) AND original_id NOT IN (SELECT original_id FROM pg_temp.lost_link)
                """, ct).ConfigureAwait(false);
            await run.Series.RemoveAsync(
                new ClickHouseQuery("DELETE FROM metric_record WHERE source = {source:String} AND original_id IN {ids:Array(Int64)}").With("source", "String", run.Source), gone, ct).ConfigureAwait(false);
            run.Counts.AddRemoved(OriginalTables.Metric.Name, gone.Length);
        }

        await StoreLinkRecordsAsync(run, ct).ConfigureAwait(false);
    }

    /// <summary>Which records are linked to what in ClickHouse; and of these what belongs to runs that the source has no more.</summary>
    private static async Task ReadLinksAsync(OriginalRun run, CancellationToken ct)
    {
        await run.Series.ReadAsync(
            "present_link (original_id bigint, level text, experiment_id bigint, run_id bigint, epoch bigint, batch bigint, ordinal bigint)",
            "original_id, toString(level), experiment_id, run_id, epoch, batch, ordinal", "FROM metric_record_link FINAL WHERE source = {source:String}", run.Source, ct).ConfigureAwait(false);
        await run.ExecuteAsync(
            $"CREATE TEMP TABLE lost_link AS SELECT p.* FROM pg_temp.present_link p WHERE NOT EXISTS (SELECT FROM run r WHERE r.id = p.run_id AND {HasRun})", ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes the links. Those of a record that lost a link are all written anew, so that what is older can be removed.
    /// </summary>
    private static async Task StoreLinkRecordsAsync(OriginalRun run, CancellationToken ct)
    {
        var told = Junctions.Where(junction => run.Staging.Has(junction.Table)).ToArray();
        if (told.Length == 0)
            return;

        // What the source does not tell of stays: levels whose table did not come, and runs that it has no more.
        await run.ExecuteAsync(
            $"""
            CREATE TEMP TABLE wanted_link AS
            SELECT original_id, level, experiment_id, run_id, epoch, batch, ordinal FROM pg_temp.link UNION ALL SELECT * FROM pg_temp.lost_link
            UNION ALL SELECT * FROM pg_temp.present_link p WHERE level NOT IN ({string.Join(", ", told.Select(junction => Sql.Text(junction.Level)))}) AND run_id NOT IN (SELECT run_id FROM pg_temp.lost_link);
            CREATE TEMP TABLE changed_link AS
            SELECT DISTINCT original_id FROM (SELECT original_id, level, run_id, epoch, batch FROM pg_temp.present_link EXCEPT SELECT original_id, level, run_id, epoch, batch FROM pg_temp.wanted_link) p
            """, ct).ConfigureAwait(false);
        var changed = await run.IdsAsync("SELECT original_id FROM pg_temp.changed_link", ct).ConfigureAwait(false);
        ulong version;
        await using (var select = run.Command(
            """
            SELECT p.original_id IS NULL, $1 AS source, l.original_id, l.level, l.experiment_id, l.run_id, l.epoch, l.batch, l.ordinal
            FROM pg_temp.wanted_link l LEFT JOIN pg_temp.present_link p USING (original_id, level, run_id, epoch, batch)
            WHERE p.original_id IS NULL OR l.original_id IN (SELECT original_id FROM pg_temp.changed_link)
            """))
        {
            (_, _, version) = await run.Series.WriteAsync(
                "metric_record_link", select,
                ["LowCardinality(String)", "Int64", "Enum8('RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3)", "Int64", "Int64", "Int64", "Int64", "Int64"], ct).ConfigureAwait(false);
        }

        await run.Series.RemoveAsync(
            new ClickHouseQuery("DELETE FROM metric_record_link WHERE source = {source:String} AND original_id IN {ids:Array(Int64)} AND version < {version:UInt64}")
                .With("source", "String", run.Source).With("version", "UInt64", version),
            changed, ct).ConfigureAwait(false);
        foreach (var (table, level) in told)
        {
            const string key = "SELECT original_id, level, run_id, epoch, batch FROM pg_temp.";
            var added = await run.IdsAsync($"SELECT count(*) FROM ({key}wanted_link WHERE level = '{level}' EXCEPT {key}present_link) n", ct).ConfigureAwait(false);
            var removed = await run.IdsAsync($"SELECT count(*) FROM ({key}present_link WHERE level = '{level}' EXCEPT {key}wanted_link) g", ct).ConfigureAwait(false);
            run.Counts.Add(table.Name, added[0], 0);
            run.Counts.AddRemoved(table.Name, removed[0]);
        }
    }
}
