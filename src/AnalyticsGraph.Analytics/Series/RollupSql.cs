using System.Globalization;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// Reads rollups and what they lack as rows of one kind: of a bucket, or of a single point. They have <c>run_id</c>, <c>s</c> (position: the bucket's first step), <c>s0, s1</c> (the first and
/// last step), <c>t0</c> (the least time), <c>n, nan_points, finite</c> (how many points), <c>total</c>, and as <c>(value, step, time)</c> <c>least</c> and <c>most</c>, and as <c>(step, time, value)</c> <c>head</c> and
/// <c>tail</c>: the least, greatest, first and last finite point. Together they have each point of the window once: rollups those that were among the run's first <c>seq</c> points within whole buckets, late ones and those
/// at the window's edges come one by one.
/// </summary>
internal static class RollupSql
{
    /// <summary>ClickHouse's FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: a bucket was further than PostgreSQL had said. Rollups are being built; the points must be read instead.</summary>
    public const int IsBeingBuilt = 395;

    private const string Time = "toUnixTimestamp64Milli(time)";

    /// <summary>The rows, as a table.</summary>
    /// <param name="series">The conditions that mean the series, in both tables.</param>
    /// <param name="width">The buckets' width.</param>
    /// <param name="seq">Up to which of its run's points a series' rollups are: an expression.</param>
    /// <param name="leastSeq">The least of them: a parameter.</param>
    /// <param name="from">The first step of the window; null for no bound.</param>
    /// <param name="to">The last one; null for no bound.</param>
    /// <param name="columns">More columns of both tables.</param>
    /// <param name="isBehind">Whether there may be points that came later.</param>
    public static string Rows(string series, long width, string seq, string leastSeq, long? from, long? to, string columns = "", bool isBehind = true)
    {
        var first = from is null ? (long?)null : (from + width - 1) & -width;
        var last = to is null ? (long?)null : ((to + 1) & -width) - 1;
        var point = $"SELECT run_id, {columns}step AS s, step AS s0, step AS s1, {Time} AS t0, toInt64(1) AS n, toInt64(isNaN(value)) AS nan_points, toInt64(isFinite(value)) AS finite, if(isFinite(value), value, 0) AS total, (value, step, {Time}) AS least, (value, step, {Time}) AS most, (step, {Time}, value) AS head, (step, {Time}, value) AS tail FROM metric_point WHERE {series}";
        var edges = first is null && last is null
            ? ""
            : $" UNION ALL {point}{Between("step", from, to)} AND ({(first is null ? "false" : $"step < {Number(first.Value)}")} OR {(last is null ? "false" : $"step > {Number(last.Value)}")})";
        return $"""
            (SELECT run_id, {columns}bucket + throwIf(seq > {seq}) AS s, first_step AS s0, last_step AS s1, toUnixTimestamp64Milli(first_time) AS t0, points AS n, nans AS nan_points, finite, total,
                (low_value, low_step, toUnixTimestamp64Milli(low_time)) AS least, (high_value, high_step, toUnixTimestamp64Milli(high_time)) AS most,
                (begin_step, toUnixTimestamp64Milli(begin_time), begin_value) AS head, (end_step, toUnixTimestamp64Milli(end_time), end_value) AS tail
            FROM metric_rollup FINAL WHERE {series} AND width = {Number(width)}{Between("bucket", first, last - width + 1)}
            {(isBehind ? $"UNION ALL {point} AND seq > {leastSeq} AND seq > {seq}{Between("step", first, last)}" : "")}{edges})
            """;
    }

    /// <summary>The same where rollups have all points of the window: their table itself, whose buckets need no further query inside.</summary>
    /// <param name="series">The conditions that mean the series.</param>
    /// <param name="width">The buckets' width.</param>
    /// <param name="seq">Up to which of its run's points a series' rollups are: an expression.</param>
    public static RollupRows Buckets(string series, long width, string seq) => new(
        $"metric_rollup AS r FINAL WHERE {series} AND width = {Number(width)}",
        $"(r.bucket + throwIf(r.seq > {seq}))",
        "r.last_step",
        "toUnixTimestamp64Milli(r.first_time)",
        "r.points",
        "r.nans",
        "r.finite",
        "r.total",
        "r.low_value",
        "r.high_value");

    private static string Between(string column, long? first, long? last) =>
        (first is { } f ? $" AND {column} >= {Number(f)}" : "") + (last is { } l ? $" AND {column} <= {Number(l)}" : "");

    // Not a literal: the least integer has none.
    private static string Number(long value) => value == long.MinValue ? "toInt64('-9223372036854775808')" : value.ToString(CultureInfo.InvariantCulture);
}
