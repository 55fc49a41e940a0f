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
    /// <summary>The series whose rollups are read instead of most of their points.</summary>
    public IReadOnlyList<RolledSeries> Rolled { get; init; } = [];

    /// <summary>The axis' buckets.</summary>
    /// <param name="request">What is asked.</param>
    public AxisBuckets Buckets(ComparisonRequest request) => AxisBuckets.Of(First, Last, request.Places, request.Scale);

    /// <summary>The same with an axis for positions that are beyond it.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="least">The least position that was found, by its bucket.</param>
    /// <param name="greatest">The greatest.</param>
    public ComparedRuns Reaching(ComparisonRequest request, long least, long greatest) => this with
    {
        First = Math.Min(First, Math.Max(least, request.From ?? long.MinValue)),
        Last = Math.Max(Last, Math.Min(Buckets(request).EndOf(greatest), request.To ?? long.MaxValue)),
    };

    /// <summary>Asks PostgreSQL.</summary>
    /// <param name="postgres">The request's session.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="runIds">The runs that are meant.</param>
    /// <param name="limits">How many points are read one by one.</param>
    public static async Task<ComparedRuns> ReadAsync(PostgresSession postgres, ComparisonRequest request, long[] runIds, SeriesLimits limits)
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
            .Append("(SELECT count(*) FROM (SELECT FROM point_log l WHERE l.run_ids @> ARRAY[a.run_id] LIMIT 1) AS waiting), sum(m.count)::bigint FROM (SELECT u.run_id, u.ordinal, r.experiment_id FROM unnest(")
            .AppendParameter(runIds, SqlType.Int64, isArray: true)
            .Append(") WITH ORDINALITY AS u(run_id, ordinal) JOIN run r ON r.id = u.run_id) AS a JOIN run_metric m ON m.run_id = a.run_id AND m.scope = ").AppendParameter(request.Scope, SqlType.Text)
            .Append(" AND m.key = ANY (").AppendParameter(request.Keys, SqlType.Text, isArray: true)
            .Append(") AND m.label = ").AppendParameter(request.Label, SqlType.Text)
            .Append(" AND m.rank = ").AppendParameter((long)request.Rank, SqlType.Int64)
            .Append(" GROUP BY a.run_id, a.experiment_id, a.ordinal ORDER BY a.ordinal");
        var (columns, _) = await postgres.AskNowAsync(sql, integers: 7, texts: 0).ConfigureAwait(false);
        var (firsts, lasts, origins) = (columns[2], columns[3], columns[4]);
        if (request.Align == Alignment.RelativeTime)
        {
            firsts = [.. firsts.Zip(origins, (time, origin) => time - origin)];
            lasts = [.. lasts.Zip(origins, (time, origin) => time - origin)];
        }

        var from = Math.Max(firsts.DefaultIfEmpty().Min(), request.From ?? long.MinValue);
        var to = Math.Min(lasts.DefaultIfEmpty().Max(), request.To ?? long.MaxValue);
        var runs = new ComparedRuns(columns[0], origins, [.. columns[1].Distinct()], Math.Min(from, to), to, [.. columns[0].Where((_, run) => columns[5][run] > 0)]);

        // About how many points the window has follows from its share of the axis.
        var share = ((double)runs.Last - runs.First + 1) / ((double)lasts.DefaultIfEmpty().Max() - firsts.DefaultIfEmpty().Min() + 1);
        return columns[6].Sum() * share > limits.MaxThinnedPoints && request.MayUseRollups && runs.Buckets(request) is { Origin: 0 } buckets
            ? runs with { Rolled = await ReadRolledAsync(postgres, request, runs.RunIds, buckets.Width).ConfigureAwait(false) }
            : runs;
    }

    private static async Task<List<RolledSeries>> ReadRolledAsync(PostgresSession postgres, ComparisonRequest request, long[] runIds, long width)
    {
        var sql = new SqlBuilder(Store.Postgres).Append("SELECT s.run_id, k.ordinal - 1, s.seq, s.least_width, s.greatest_width FROM unnest(")
            .AppendParameter(request.Keys, SqlType.Text, isArray: true).Append(") WITH ORDINALITY AS k(key, ordinal) JOIN run_metric_rollup s ON s.key = k.key AND s.run_id = ANY (")
            .AppendParameter(runIds, SqlType.Int64, isArray: true).Append(") AND s.scope = ").AppendParameter(request.Scope, SqlType.Text)
            .Append(" AND s.label = ").AppendParameter(request.Label, SqlType.Text).Append(" AND s.rank = ").AppendParameter((long)request.Rank, SqlType.Int64);
        var (columns, _) = await postgres.AskNowAsync(sql, integers: 5, texts: 0).ConfigureAwait(false);
        return [.. Enumerable.Range(0, columns[0].Length)
            .Select(row => new RolledSeries(columns[0][row], (int)columns[1][row], columns[2][row], new Rollup(columns[2][row], columns[3][row], columns[4][row]).WidestWithin(width)))
            .Where(series => series.Width > 0)];
    }

    // Moments of points are whole milliseconds.
    private static string Milliseconds(string time) => $"floor(extract(epoch FROM {time}) * 1000)::bigint";
}

/// <summary>A series of a comparison whose rollups are read.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Metric">The place of its key among those that are asked for.</param>
/// <param name="Seq">Up to which of the run's points the rollups are.</param>
/// <param name="Width">The width of the buckets that are read.</param>
internal sealed record RolledSeries(long RunId, int Metric, long Seq, long Width);
