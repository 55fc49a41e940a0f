using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Export;

/// <summary>
/// Writes an experiment tracking database. Metrics come as they were imported; points of results, epochs and batches that were logged here become metrics with ids behind those.
/// Runs without a trial have no place in these tables and are left out.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Where epochs, batches and metrics are.</param>
/// <param name="flusher">Brings what was logged to ClickHouse first.</param>
public sealed class ExperimentTrackingExport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) : OriginalExport(postgres, clickHouse, flusher)
{
    private protected override string Name => "experiment-tracking";

    private protected override string System => "EXPERIMENT_TRACKING";

    private protected override IReadOnlyList<OriginalTable> Tables => OriginalTables.ExperimentTracking;

    private protected override async Task FillAsync(ExportRun run, CancellationToken ct)
    {
        await run.NumberAsync(OriginalTables.Experiment, "experiment", "", ct).ConfigureAwait(false);
        await run.NumberAsync(OriginalTables.Trial, "trial", "AND EXISTS (SELECT FROM pg_temp.id_experiment e WHERE e.id = t.experiment_id)", ct).ConfigureAwait(false);
        await run.NumberAsync(OriginalTables.TrialRun, "run", "AND EXISTS (SELECT FROM pg_temp.id_trial p WHERE p.id = t.trial_id)", ct).ConfigureAwait(false);
        await run.NumberAsync(OriginalTables.Artifact, "artifact", "", ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.Experiment,
            "SELECT i.original AS id, e.name AS title, e.description AS desc, e.creation_time AS start_time, e.last_update_time AS update_time, e.other_columns FROM experiment e JOIN pg_temp.id_experiment i USING (id)", ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.Trial,
            """
            SELECT i.original AS id, p.name, e.original AS experiment_id, p.start_time, p.update_time, p.other_columns
            FROM trial p JOIN pg_temp.id_trial i USING (id) JOIN pg_temp.id_experiment e ON e.id = p.experiment_id
            """, ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.TrialRun,
            """
            SELECT i.original AS id, p.original AS trial_id, r.status_text AS status, r.start_time, r.update_time, r.other_columns
            FROM run r JOIN pg_temp.id_run i USING (id) JOIN pg_temp.id_trial p ON p.id = r.trial_id
            """, ct).ConfigureAwait(false);
        await run.FillAsync(OriginalTables.Results, "SELECT i.original AS trial_run_id, o.time, o.other_columns FROM results o JOIN pg_temp.id_run i ON i.id = o.run_id WHERE o.lifecycle_stage = 'ACTIVE'", ct).ConfigureAwait(false);
        await run.FillAsync(OriginalTables.Artifact, "SELECT i.original AS id, a.type, a.location AS loc, a.other_columns FROM artifact a JOIN pg_temp.id_artifact i USING (id)", ct).ConfigureAwait(false);
        foreach (var (table, level, columns, owner) in new[]
        {
            (OriginalTables.ExperimentArtifact, "EXPERIMENT", "o.original AS experiment_id", "id_experiment o ON o.id = l.experiment_id"),
            (OriginalTables.TrialArtifact, "TRIAL", "o.original AS trial_id", "id_trial o ON o.id = l.trial_id"),
            (OriginalTables.TrialRunArtifact, "RUN", "o.original AS trial_run_id", "id_run o ON o.id = l.run_id"),
            (OriginalTables.ResultsArtifact, "RESULTS", "o.original AS results_id", "id_run o ON o.id = l.run_id"),
            (OriginalTables.EpochArtifact, "EPOCH", "o.original AS epoch_trial_run_id, l.epoch_index AS epoch_idx", "id_run o ON o.id = l.run_id"),
            (OriginalTables.BatchArtifact, "BATCH", "o.original AS trial_run_id, l.epoch_index AS epoch_idx, l.batch_index AS batch_idx", "id_run o ON o.id = l.run_id"),
        })
        {
            await run.FillAsync(
                table,
                $"SELECT {columns}, a.original AS artifact_id FROM artifact_link l JOIN pg_temp.id_artifact a ON a.id = l.artifact_id JOIN pg_temp.{owner} WHERE l.level = '{level}'", ct).ConfigureAwait(false);
        }

        var runs = await run.IdsAsync("SELECT id FROM pg_temp.id_run", ct).ConfigureAwait(false);
        await run.Series.ReadAsync(
            "here_epoch (run_id bigint, idx bigint, time timestamptz)", "run_id, idx, concat(toString(time), '+00')", "FROM epoch FINAL WHERE run_id IN {ids:Array(Int64)}", runs, ct).ConfigureAwait(false);
        await run.Series.ReadAsync(
            "here_batch (run_id bigint, epoch_idx bigint, idx bigint, time timestamptz)", "run_id, epoch_idx, idx, concat(toString(time), '+00')",
            "FROM batch FINAL WHERE run_id IN {ids:Array(Int64)}", runs, ct).ConfigureAwait(false);
        await run.FillAsync(OriginalTables.Epoch, "SELECT e.idx, i.original AS trial_run_id, e.time FROM pg_temp.here_epoch e JOIN pg_temp.id_run i ON i.id = e.run_id", ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.Batch, "SELECT b.idx, b.epoch_idx, i.original AS trial_run_id, b.time FROM pg_temp.here_batch b JOIN pg_temp.id_run i ON i.id = b.run_id", ct).ConfigureAwait(false);
        await FillMetricsAsync(run, runs, ct).ConfigureAwait(false);
    }

    private static async Task FillMetricsAsync(ExportRun run, long[] runs, CancellationToken ct)
    {
        await run.Series.ReadAsync(
            "here_metric (id bigint, type text, total_val text, per_label_val text)", "original_id, type, total_text, per_label_val",
            "FROM metric_record FINAL WHERE source = {source:String}", run.Source, ct).ConfigureAwait(false);
        await run.Series.ReadAsync(
            "here_link (metric_id bigint, level text, run_id bigint, epoch bigint, batch bigint)", "original_id, toString(level), run_id, epoch, batch",
            "FROM metric_record_link FINAL WHERE source = {source:String}", run.Source, ct).ConfigureAwait(false);
        await run.Series.ReadAsync(
            "here_point (run_id bigint, scope text, key text, rank int, epoch bigint, step bigint, total text, labels jsonb)",
            "run_id, toString(scope), toString(key), rank, epoch, step, toString(total), toJSONString(per_label)", "FROM metric WHERE run_id IN {ids:Array(Int64)} AND scope != 'RUN'", runs, ct).ConfigureAwait(false);

        // What was logged here, at places where no imported metric of that name is.
        await run.ExecuteAsync(
            $$"""
            CREATE TEMP TABLE here_logged ON COMMIT DROP AS
            SELECT b.last + row_number() OVER (ORDER BY length(i.original), i.original, p.scope, p.epoch, p.step, p.key COLLATE "C", p.rank) AS id,
                p.key AS type, CASE p.total WHEN 'nan' THEN 'NaN' WHEN 'inf' THEN 'Infinity' WHEN '-inf' THEN '-Infinity' ELSE p.total END AS total_val,
                (SELECT '{' || string_agg(to_json(l.key)::text || ':' || CASE l.value WHEN '"nan"' THEN '"NaN"' WHEN '"inf"' THEN '"Infinity"' WHEN '"-inf"' THEN '"-Infinity"' ELSE l.value::text END, ',' ORDER BY l.key COLLATE "C") || '}'
                    FROM jsonb_each(p.labels) AS l (key, value)) AS per_label_val,
                p.scope AS level, p.run_id, CASE p.scope WHEN 'EPOCH' THEN p.step ELSE p.epoch END AS epoch, CASE p.scope WHEN 'BATCH' THEN p.step ELSE 0 END AS batch
            FROM pg_temp.here_point p JOIN pg_temp.id_run i ON i.id = p.run_id,
                (SELECT {{Sql.Last}} AS last FROM (
                    SELECT id FROM pg_temp.here_metric UNION ALL SELECT pg_temp.whole_number(data ->> 'id') FROM other_row WHERE source = $1 AND table_name = 'METRIC') m (n)) b
            WHERE NOT EXISTS (
                SELECT FROM pg_temp.here_link l JOIN pg_temp.here_metric m ON m.id = l.metric_id
                WHERE l.run_id = p.run_id AND l.level = p.scope AND coalesce(m.type, '') = p.key
                    AND (l.epoch, l.batch) = (CASE p.scope WHEN 'EPOCH' THEN p.step ELSE p.epoch END, CASE p.scope WHEN 'BATCH' THEN p.step ELSE 0 END))
            """, ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.Metric, "SELECT id, type, total_val, per_label_val FROM pg_temp.here_metric UNION ALL SELECT id, type, total_val, per_label_val FROM pg_temp.here_logged", ct).ConfigureAwait(false);
        foreach (var (table, level, columns) in new[]
        {
            (OriginalTables.ResultsMetric, "RESULT", "i.original AS results_id"),
            (OriginalTables.EpochMetric, "EPOCH", "i.original AS epoch_trial_run_id, l.epoch AS epoch_idx"),
            (OriginalTables.BatchMetric, "BATCH", "i.original AS trial_run_id, l.epoch AS epoch_idx, l.batch AS batch_idx"),
        })
        {
            await run.FillAsync(
                table,
                $"""
                SELECT {columns}, l.metric_id FROM (
                    SELECT metric_id, level, run_id, epoch, batch FROM pg_temp.here_link UNION ALL SELECT id, level, run_id, epoch, batch FROM pg_temp.here_logged) l
                    JOIN pg_temp.id_run i ON i.id = l.run_id WHERE l.level = '{level}'
                """, ct).ConfigureAwait(false);
        }
    }
}
