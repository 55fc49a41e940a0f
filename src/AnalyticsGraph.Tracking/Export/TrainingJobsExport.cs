using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Export;

/// <summary>Writes a training scheduler's database. Of a job's runtime records come the last 60, as the original keeps them; jobs that it has no row of get none.</summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Where runtime records are.</param>
/// <param name="flusher">Brings what was logged to ClickHouse first.</param>
public sealed class TrainingJobsExport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) : OriginalExport(postgres, clickHouse, flusher)
{
    private protected override string Name => "training-jobs";

    private protected override string System => "TRAINING_JOBS";

    private protected override IReadOnlyList<OriginalTable> Tables => OriginalTables.TrainingJobs;

    private protected override async Task FillAsync(ExportRun run, CancellationToken ct)
    {
        const string active = "source = $1 AND lifecycle_stage = 'ACTIVE'";
        await run.ExecuteAsync(RuntimeDocuments.Functions, ct).ConfigureAwait(false);
        await run.FillAsync(OriginalTables.Cluster, $"SELECT uid, name, resources, status, customized_data, other_columns FROM cluster WHERE {active}", ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.Job,
            $"SELECT uid, name, scenario, creation_time AS create_at, start_time AS started_at, end_time AS finished_at, status, other_columns FROM job WHERE {active} AND is_recorded", ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.JobNode,
            """
            SELECT n.uid, n.name, j.uid AS job_uid, n.type, n.creation_time AS create_at, n.start_time AS started_at, n.end_time AS finished_at, n.resource, n.status, n.customized_data,
                n.other_columns
            FROM job_node n LEFT JOIN job j ON j.id = n.job_id WHERE n.source = $1 AND n.lifecycle_stage = 'ACTIVE'
            """, ct).ConfigureAwait(false);
        var jobs = await run.IdsAsync($"SELECT id FROM job WHERE {active} AND id IN (SELECT job_id FROM job_profile)", ct).ConfigureAwait(false);
        await RuntimeDocuments.ReadAsync(run.Series, "here_runtime", jobs, ct).ConfigureAwait(false);

        // A document that is kept as it was tells all, as long as nothing came to its records.
        await run.FillAsync(
            OriginalTables.JobMetrics,
            $"""
            SELECT j.uid, p.hyper_params_feature, p.job_feature, p.dataset_feature, p.model_feature,
                CASE WHEN p.other_columns::jsonb ? 'job_runtime' AND coalesce(r.count, 0) <= (SELECT count(*) FROM pg_temp.runtime_records(p.other_columns ->> 'job_runtime'))
                    THEN p.other_columns ->> 'job_runtime' ELSE r.document END AS job_runtime,
                j.exit_reason, p.optimization, p.resource, p.customized_data, p.type, p.other_columns
            FROM job_profile p JOIN job j ON j.id = p.job_id LEFT JOIN (
                SELECT job_id, max(count) AS count,
                    '[' || string_agg(pg_temp.record_text(time, global_step, speed, worker_cpu, worker_memory, ps_cpu, ps_memory, other), ',' ORDER BY time, global_step, ordinal) || ']' AS document
                FROM (
                    SELECT *, row_number() OVER (PARTITION BY job_id ORDER BY time DESC, global_step DESC, ordinal DESC) AS age, count(*) OVER (PARTITION BY job_id) AS count
                    FROM pg_temp.here_runtime) h
                WHERE age <= {RuntimeDocuments.Kept} GROUP BY job_id) r ON r.job_id = j.id
            WHERE j.source = $1 AND j.lifecycle_stage = 'ACTIVE' AND p.lifecycle_stage = 'ACTIVE'
            """, ct).ConfigureAwait(false);
    }
}
