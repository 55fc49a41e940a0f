using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Jobs;

/// <summary>What jobs asked for, for each worker and each parameter server; and what it takes to say how long they will still train.</summary>
internal static class RequestedResources
{
    /// <summary>Asks in the level's round trip.</summary>
    /// <param name="request">The request.</param>
    /// <param name="jobs">Their ids.</param>
    /// <returns>By job and role: CPU cores and MB of memory; NaN where nothing says.</returns>
    public static async Task<Dictionary<(long JobId, string Role), (double Cpu, double Memory)>> ReadAsync(RequestContext request, long[] jobs)
    {
        // What the job's resource document says; else what its nodes of that type were given.
        var sql = new SqlBuilder(Store.Postgres)
            .Append("""
                SELECT j.id::float8, (CASE r.role WHEN 'ps' THEN 1 ELSE 0 END)::float8, coalesce(g.cpu, n.cpu), coalesce(g.memory, n.memory)
                FROM unnest(
                """).AppendParameter(jobs, SqlType.Int64, isArray: true)
            .Append("""
                ) AS j (id) CROSS JOIN (VALUES ('worker'), ('ps')) AS r (role)
                LEFT JOIN job_node_group g ON g.job_id = j.id AND g.name = r.role
                LEFT JOIN LATERAL (
                    SELECT max(json_number(json_document(resource) -> 'CPUCore')) AS cpu, max(json_number(json_document(resource) -> 'Memory')) AS memory
                    FROM job_node WHERE job_id = j.id AND type = r.role) AS n ON true
                """);
        var columns = await request.Get<StoreSessions>().Postgres.AskDoublesAsync(sql, columns: 4).ConfigureAwait(false);
        return Enumerable.Range(0, columns[0].Length).ToDictionary(
            row => ((long)columns[0][row], columns[1][row] > 0 ? "ps" : "worker"),
            row => (columns[2][row], columns[3][row]));
    }

    /// <summary>Asks in the level's round trip.</summary>
    /// <param name="request">The request.</param>
    /// <param name="jobs">Their ids.</param>
    /// <returns>By job, the step at which it will be done: the lesser of its most steps and of what its epochs over its data take; NaN where neither is known.</returns>
    public static async Task<Dictionary<long, double>> ReadLastStepsAsync(RequestContext request, long[] jobs)
    {
        var sql = new SqlBuilder(Store.Postgres)
            .Append("""
                SELECT p.job_id::float8, json_number(h.d -> 'batch_size'), json_number(h.d -> 'epoch'), json_number(h.d -> 'max_steps'), json_number(json_document(p.dataset_feature) -> 'dataset_size')
                FROM job_profile p, LATERAL (SELECT json_document(p.hyper_params_feature)) AS h (d) WHERE p.job_id = ANY (
                """).AppendParameter(jobs, SqlType.Int64, isArray: true).Append(")");
        var columns = await request.Get<StoreSessions>().Postgres.AskDoublesAsync(sql, columns: 5).ConfigureAwait(false);
        return Enumerable.Range(0, columns[0].Length).ToDictionary(row => (long)columns[0][row], row =>
        {
            var (batch, epoch, most, size) = (columns[1][row], columns[2][row], columns[3][row], columns[4][row]);
            var byData = batch > 0 ? size / batch * epoch : double.NaN;
            return double.IsNaN(byData) ? most : double.IsNaN(most) ? byData : Math.Min(byData, most);
        });
    }
}
