using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Rollups;

/// <summary>The statements of ClickHouse that rollups are made and checked by.</summary>
internal static class RollupSql
{
    private const string Series = "experiment_id = {experiment:Int64} AND key = {key:String} AND label = {label:String} AND run_id = {run:Int64} AND scope = {scope:String} AND rank = {rank:Int32}";

    private const string Columns =
        """
        width, bucket, points, nans, finite, total, m2, first_step, last_step, first_time,
        low_value, low_step, low_time, high_value, high_step, high_time, begin_value, begin_step, begin_time, end_value, end_step, end_time
        """;

    // Ties take the smallest (step, time), as everywhere; the tuples are compared as a whole, so that the order of reading does not matter. Without a finite value there is nothing to tell.
    private const string Computed =
        $$"""
        SELECT width, bucket, points, nans, finite, total, m2, first_step, last_step, first_time,
            low.1 AS low_value, low.2 AS low_step, low.3 AS low_time, high.1 AS high_value, high.2 AS high_step, high.3 AS high_time,
            begin.3 AS begin_value, begin.1 AS begin_step, begin.2 AS begin_time, end.3 AS end_value, end.1 AS end_step, end.2 AS end_time
        FROM (
            SELECT width, step - positiveModulo(step, width) AS bucket, toInt64(count()) AS points, toInt64(countIf(isNaN(value))) AS nans, toInt64(countIf(isFinite(value))) AS finite,
                sumIf(value, isFinite(value)) AS total, ifNotFinite(varPopStableIf(value, isFinite(value)) * finite, 0) AS m2, min(step) AS first_step, max(step) AS last_step, min(time) AS first_time,
                argMinIf((value, step, time), (value, step, time), isFinite(value)) AS low, argMaxIf((value, step, time), (value, -step, -toUnixTimestamp64Milli(time)), isFinite(value)) AS high,
                argMinIf((step, time, value), (step, time, value), isFinite(value)) AS begin, argMaxIf((step, time, value), (step, time, value), isFinite(value)) AS end
            FROM metric_point ARRAY JOIN {widths:Array(Int64)} AS width
            WHERE {{Series}} AND seq <= {seq:Int64} AND step BETWEEN {from:Int64} AND {to:Int64}
            GROUP BY width, bucket)
        """;

    /// <summary>Builds the buckets of a stretch of steps.</summary>
    /// <param name="series">The series.</param>
    /// <param name="widths">The widths.</param>
    /// <param name="from">Where a bucket of each width begins.</param>
    /// <param name="to">Where one of each ends.</param>
    public static ClickHouseQuery Build(RolledSeries series, long[] widths, long from, long to) => Of(
        $$"""
        INSERT INTO metric_rollup (experiment_id, key, label, run_id, scope, rank, seq, {{Columns}})
        SELECT {experiment:Int64}, {key:String}, {label:String}, {run:Int64}, {scope:String}, {rank:Int32}, {seq:Int64}, {{Columns}} FROM ({{Computed}})
        """, series).With("widths", "Array(Int64)", widths).With("seq", "Int64", series.RunSeq).With("from", "Int64", from).With("to", "Int64", to).WithSetting("max_threads", "1");

    /// <summary>Between which steps points have come since rollups were built; from 0 to -1 if none has.</summary>
    /// <param name="series">The series, whose rollups are built.</param>
    public static ClickHouseQuery FindNew(RolledSeries series) => Of(
        $$"""
        SELECT arrayJoin(if(count() = 0, [toInt64(0), toInt64(-1)], [min(step), max(step)])) AS bound FROM metric_point WHERE {{Series}} AND seq > {built:Int64} AND seq <= {seq:Int64}
        """, series)
        .With("built", "Int64", series.Built!.Seq).With("seq", "Int64", series.RunSeq);

    /// <summary>How many buckets differ from those of the points. Buckets that are further than PostgreSQL was told are of a build that was cut short: readers take the points, and the next build writes them anew.</summary>
    /// <param name="series">The series, whose rollups are built.</param>
    /// <param name="widths">Their widths.</param>
    public static ClickHouseQuery CountFaults(RolledSeries series, long[] widths) => Of(
        $$"""
        SELECT toInt64(count()) AS faults FROM (
            SELECT width, bucket FROM (
                SELECT {{Columns}}, seq > {seq:Int64} AS is_further FROM metric_rollup FINAL WHERE {{Series}} AND width IN {widths:Array(Int64)}
                UNION ALL
                SELECT *, false AS is_further FROM ({{Computed}}))
            GROUP BY width, bucket
            HAVING max(is_further) = 0 AND (count() != 2 OR max(total) - min(total) > 1e-9 * (abs(max(total)) + 1) OR max(m2) - min(m2) > 1e-6 * (abs(max(m2)) + 1)
                OR uniqExact(points, nans, finite, first_step, last_step, first_time) > 1
                OR uniqExact(low_value, low_step, low_time, high_value, high_step, high_time, begin_value, begin_step, begin_time, end_value, end_step, end_time) > 1))
        """, series).With("widths", "Array(Int64)", widths).With("seq", "Int64", series.Built!.Seq).With("from", "Int64", long.MinValue).With("to", "Int64", long.MaxValue) with
    { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>Whether a series has any rollups.</summary>
    public static ClickHouseQuery FindAny(RolledSeries series) => Of($"SELECT count() AS n FROM (SELECT 1 FROM metric_rollup WHERE {Series} LIMIT 1)", series);

    /// <summary>Removes the rollups of a series.</summary>
    public static ClickHouseQuery Remove(RolledSeries series) => Of($"DELETE FROM metric_rollup WHERE {Series}", series).WithSetting("lightweight_deletes_sync", "2");

    private static ClickHouseQuery Of(string sql, RolledSeries series) => new ClickHouseQuery(sql)
        .With("experiment", "Int64", series.ExperimentId).With("key", "String", series.Key.Key).With("label", "String", series.Key.Label).With("run", "Int64", series.Key.RunId)
        .With("scope", "String", series.Key.Scope.Name()).With("rank", "Int32", series.Key.Rank);
}
