using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// Takes over a training scheduler's database: clusters, jobs, their nodes, their documents verbatim, and their runtime records, which become rows of ClickHouse. Records from
/// before the first one of a job's document stay here: the source keeps the last 60. A job that only nodes or metrics tell of gets a row, marked as not recorded.
/// A node that was made here with the uid of one of the source's is the source's from then on.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Where runtime records go.</param>
/// <param name="flusher">Not needed for these, but part of every import.</param>
public sealed class TrainingJobsImport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) : OriginalImport(postgres, clickHouse, flusher)
{
    private const string Map = "Map(LowCardinality(String), Float64)";

    private protected override string System => "TRAINING_JOBS";

    private protected override IReadOnlyList<OriginalTable> Tables => OriginalTables.TrainingJobs;

    private protected override bool HasTimestamps => true;

    private protected override Task PrepareAsync(OriginalRun run, CancellationToken ct) => run.ExecuteAsync(RuntimeDocuments.Functions, ct);

    private protected override async Task StoreRecordsAsync(OriginalRun run, CancellationToken ct)
    {
        var (cluster, job, node, metrics) = (OriginalTables.Cluster, OriginalTables.Job, OriginalTables.JobNode, OriginalTables.JobMetrics);
        string Gone(OriginalTable table, string target) => $"NOT EXISTS (SELECT FROM {table.Staged} s WHERE s.uid = {target}.original_id AND NOT s.{Sql.Aside})";
        var told = $"(SELECT uid FROM {metrics.Staged} WHERE NOT {Sql.Aside} UNION SELECT job_uid FROM {node.Staged} WHERE NOT {Sql.Aside} AND job_uid IS NOT NULL)";
        const string imported = "source = $1 AND original_id IS NOT NULL AND lifecycle_stage = 'ACTIVE'";
        await run.RemoveAsync(cluster, $"UPDATE cluster SET {OriginalRun.Deleted()} WHERE {imported} AND {Gone(cluster, "cluster")}", ct).ConfigureAwait(false);
        await run.RemoveAsync(
            job,
            $"""
            UPDATE job SET {OriginalRun.Deleted()} WHERE {imported} AND {Gone(job, "job")} AND original_id NOT IN {told}
                AND NOT EXISTS (SELECT FROM job_node h WHERE h.job_id = job.id AND h.original_id IS NULL AND h.lifecycle_stage = 'ACTIVE')
            """, ct).ConfigureAwait(false);
        await run.RemoveAsync(node, $"UPDATE job_node SET {OriginalRun.Deleted("job")} WHERE {imported} AND {Gone(node, "job_node")}", ct).ConfigureAwait(false);
        await run.RemoveAsync(job, $"UPDATE job SET is_recorded = false WHERE {imported} AND is_recorded AND {Gone(job, "job")} AND original_id IN {told}", ct).ConfigureAwait(false);
        await run.RemoveAsync(
            metrics, $"DELETE FROM job_profile p USING job j WHERE j.id = p.job_id AND j.source = $1 AND p.changed_by = 'import' AND j.lifecycle_stage = 'ACTIVE' AND {Gone(metrics, "j")}", ct).ConfigureAwait(false);

        (string, string)[] identity = [("source", "$1"), ("original_id", "s.uid"), ("uid", "s.uid"), .. OriginalRun.InUse];
        const string key = "source, original_id";
        await run.StoreAsync(cluster, "cluster", key, identity, "", ct).ConfigureAwait(false);
        await run.StoreAsync(job, "job", key, [.. identity, ("is_recorded", "true")], "", ct).ConfigureAwait(false);
        await run.ExecuteAsync(
            $"""
            INSERT INTO job AS j (source, original_id, uid, is_recorded) SELECT $1, uid, uid, false FROM {told} t
            ON CONFLICT (source, original_id) DO UPDATE SET lifecycle_stage = 'ACTIVE', deletion = NULL WHERE j.lifecycle_stage <> 'ACTIVE'
            """, ct).ConfigureAwait(false);
        await run.ExecuteAsync(
            $"UPDATE job_node t SET original_id = s.uid FROM {node.Staged} s WHERE t.source = $1 AND t.original_id IS NULL AND t.uid = s.uid AND NOT s.{Sql.Aside}", ct).ConfigureAwait(false);
        await run.StoreAsync(node, "job_node", key, [.. identity, ("job_id", "j.id")], "LEFT JOIN job j ON j.source = $1 AND j.original_id = s.job_uid", ct).ConfigureAwait(false);
        await run.StoreAsync(metrics, "job_profile", "job_id", [("job_id", "j.id"), .. OriginalRun.InUse], "JOIN job j ON j.source = $1 AND j.original_id = s.uid", ct).ConfigureAwait(false);
        await run.ExecuteAsync(
            $"UPDATE job SET exit_reason = s.exit_reason FROM {metrics.Staged} s WHERE job.source = $1 AND job.original_id = s.uid AND NOT s.{Sql.Aside} AND job.exit_reason IS DISTINCT FROM s.exit_reason", ct).ConfigureAwait(false);

        // A job's features may say where it ran, by the cluster's uid or its name.
        await run.ExecuteAsync(
            """
            UPDATE job SET cluster_id = n.id
            FROM job_profile p CROSS JOIN LATERAL (SELECT json_document(p.job_feature) ->> 'cluster' AS name) f
                CROSS JOIN LATERAL (SELECT c.id FROM cluster c WHERE c.source = $1 AND f.name IN (c.uid, c.name) ORDER BY c.uid = f.name DESC, c.id LIMIT 1) n
            WHERE p.job_id = job.id AND job.source = $1 AND job.cluster_id IS DISTINCT FROM n.id
            """, ct).ConfigureAwait(false);
    }

    private protected override async Task StoreSeriesAsync(OriginalRun run, CancellationToken ct)
    {
        var metrics = OriginalTables.JobMetrics;
        await run.ExecuteAsync(
            $"""
            CREATE TEMP TABLE runtime AS
            SELECT j.id AS job_id, r.time, r.global_step, (row_number() OVER (PARTITION BY j.id, r.time, r.global_step ORDER BY r.place) - 1)::int AS ordinal,
                r.speed, r.worker_cpu, r.worker_memory, r.ps_cpu, r.ps_memory, r.other
            FROM {metrics.Staged} s JOIN job j ON j.source = $1 AND j.original_id = s.uid CROSS JOIN LATERAL pg_temp.runtime_records(s.job_runtime) r
            WHERE NOT s.{Sql.Aside}
            """, ct).ConfigureAwait(false);
        await RuntimeDocuments.ReadAsync(run.Series, "present_runtime", await run.IdsAsync("SELECT DISTINCT job_id FROM pg_temp.runtime", ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        await using (var gone = run.Command(
            $"""
            SELECT p.job_id, (extract(epoch FROM p.time) * 1000)::bigint, p.global_step, p.ordinal::bigint, p.version
            FROM pg_temp.present_runtime p JOIN import_group g ON g.source = $1 AND g.group_id = p.version
                JOIN (SELECT job_id, min(time) AS time FROM pg_temp.runtime GROUP BY job_id) f ON f.job_id = p.job_id AND p.time >= f.time
            WHERE NOT EXISTS (SELECT FROM pg_temp.runtime d WHERE (d.job_id, d.time, d.global_step, d.ordinal) = (p.job_id, p.time, p.global_step, p.ordinal))
            """))
        {
            var removed = await run.Series.RemoveAsync("job_runtime", ["job_id", "toUnixTimestamp64Milli(time)", "global_step", "toInt64(ordinal)"], ("job", "id"), gone, Flusher, ct).ConfigureAwait(false);
            run.Counts.AddRemoved("job_metrics.job_runtime", removed);
        }

        string Entries(string map) =>
            $"""
            ARRAY(SELECT key FROM jsonb_each(d.{map}) ORDER BY key COLLATE "C") AS {map},
                ARRAY(SELECT pg_temp.double_number(value #>> '{"{}"}') FROM jsonb_each(d.{map}) ORDER BY key COLLATE "C") AS {map}_values
            """;
        await using var select = run.Command(
            $"""
            SELECT p.job_id IS NULL, d.job_id, d.time, d.global_step, d.ordinal, d.speed, {Entries("worker_cpu")}, {Entries("worker_memory")}, {Entries("ps_cpu")}, {Entries("ps_memory")}, d.other
            FROM pg_temp.runtime d LEFT JOIN pg_temp.present_runtime p USING (job_id, time, global_step, ordinal)
            WHERE p.job_id IS NULL OR (p.speed, p.worker_cpu, p.worker_memory, p.ps_cpu, p.ps_memory, p.other) IS DISTINCT FROM (d.speed, d.worker_cpu, d.worker_memory, d.ps_cpu, d.ps_memory, d.other)
            """);
        var (added, changed, _) = await run.Series.WriteAsync(
            "job_runtime", select, ["Int64", "DateTime64(3, 'UTC')", "Int64", "Int32", "Nullable(Float64)", Map, Map, Map, Map, "String"], ct).ConfigureAwait(false);

        // The source has no rows of them: they count under their document's name.
        if (added + changed > 0)
            run.Counts.Add("job_metrics.job_runtime", added, changed);
    }
}
