using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>The runs of a comparison and what PostgreSQL knows of them.</summary>
/// <param name="RunIds">Those that have one of the metrics, in the order that was asked for.</param>
/// <param name="Origins">For each the Unix milliseconds of its first point: the least of the metrics' first ones.</param>
/// <param name="ExperimentIds">Their experiments, without repeats: the first column of the sort key.</param>
/// <param name="First">The least position; of times as far as the first, last, least and greatest points tell.</param>
/// <param name="Last">The greatest position, likewise.</param>
/// <param name="Unflushed">Those with points that are still on their way to ClickHouse.</param>
internal sealed record ComparedRuns(long[] RunIds, long[] Origins, long[] ExperimentIds, long First, long Last, long[] Unflushed)
{
    /// <summary>Asks PostgreSQL.</summary>
    /// <param name="postgres">The request's session.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="runIds">The runs that are meant.</param>
    public static async Task<ComparedRuns> ReadAsync(PostgresSession postgres, ComparisonRequest request, long[] runIds)
    {
        var (first, last) = (request.Align, request.Scope) switch
        {
            (Alignment.Step, "BATCH") => ("0::bigint", "m.count - 1"),
            (Alignment.Epoch, "BATCH") => ("m.first_epoch", "m.last_epoch"),
            (Alignment.Step or Alignment.Epoch, _) => ("m.first_step", "m.last_step"),
            _ => (Milliseconds("least(m.first_time, m.last_time, m.min_time, m.max_time)"), Milliseconds("greatest(m.first_time, m.last_time, m.min_time, m.max_time)")),
        };
        var sql = new SqlBuilder(Store.Postgres)
            .Append($"SELECT a.run_id, a.experiment_id, min({first}), max({last}), min({Milliseconds("m.first_time")}), ")
            .Append("(SELECT count(*) FROM (SELECT FROM point_log l WHERE l.run_ids @> ARRAY[a.run_id] LIMIT 1) AS waiting) FROM (SELECT u.run_id, u.ordinal, r.experiment_id FROM unnest(")
            .AppendParameter(runIds, SqlType.Int64, isArray: true)
            .Append(") WITH ORDINALITY AS u(run_id, ordinal) JOIN run r ON r.id = u.run_id) AS a JOIN run_metric m ON m.run_id = a.run_id AND m.scope = ").AppendParameter(request.Scope, SqlType.Text)
            .Append(" AND m.key = ANY (").AppendParameter(request.Keys, SqlType.Text, isArray: true)
            .Append(") AND m.label = ").AppendParameter(request.Label, SqlType.Text)
            .Append(" AND m.rank = ").AppendParameter((long)request.Rank, SqlType.Int64)
            .Append(" GROUP BY a.run_id, a.experiment_id, a.ordinal ORDER BY a.ordinal");
        var (columns, _) = await postgres.AskNowAsync(sql, integers: 6, texts: 0).ConfigureAwait(false);
        var (firsts, lasts, origins) = (columns[2], columns[3], columns[4]);
        if (request.Align == Alignment.RelativeTime)
        {
            firsts = [.. firsts.Zip(origins, (time, origin) => time - origin)];
            lasts = [.. lasts.Zip(origins, (time, origin) => time - origin)];
        }

        var from = Math.Max(firsts.DefaultIfEmpty().Min(), request.From ?? long.MinValue);
        var to = Math.Min(lasts.DefaultIfEmpty().Max(), request.To ?? long.MaxValue);
        return new ComparedRuns(columns[0], origins, [.. columns[1].Distinct()], Math.Min(from, to), to, [.. columns[0].Where((_, run) => columns[5][run] > 0)]);
    }

    // Moments of points are whole milliseconds.
    private static string Milliseconds(string time) => $"floor(extract(epoch FROM {time}) * 1000)::bigint";
}
