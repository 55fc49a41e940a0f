namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>A value of a whole series.</summary>
/// <param name="Stat">Which: <c>LATEST</c>, <c>FIRST</c>, <c>MIN</c>, <c>MAX</c>, <c>MEAN</c>, <c>SUM</c>, <c>COUNT</c>, <c>NAN_COUNT</c>, <c>STDDEV</c>; without meaning beside <paramref name="At"/>.</param>
/// <param name="At">The value at the best step of another metric: that of the latest point there or before; null for none.</param>
internal sealed record SummaryValue(string Stat, BestStep? At)
{
    /// <summary>The table of the summaries that are kept, as <c>p</c>.</summary>
    public const string Stored = "run_metric AS p FINAL";

    /// <summary>The value of a series whose points are the rows of a group.</summary>
    /// <param name="best">The alias of the best steps, where <see cref="At"/> is.</param>
    public string Sql(string best)
    {
        const string numbers = "NOT isNaN(p.value)";
        var expression = (At, Stat) switch
        {
            (not null, _) => $"argMaxOrNullIf(p.value, {MetricMeasure.Place("p.value")}, {best}.found AND (p.epoch, p.step) <= ({best}.epoch, {best}.step))",
            (_, "FIRST") => $"argMin(p.value, {MetricMeasure.Place("p.value")})",
            (_, "MIN") => $"minOrNullIf(p.value, {numbers})",
            (_, "MAX") => $"maxOrNullIf(p.value, {numbers})",
            (_, "MEAN") => $"avgOrNullIf(p.value, {numbers})",
            (_, "SUM") => $"sumOrNullIf(p.value, {numbers})",
            (_, "STDDEV") => $"if(countIf({numbers}) > 1, stddevSampStableIf(p.value, {numbers}), NULL)",
            (_, "COUNT") => "toFloat64(count())",
            (_, "NAN_COUNT") => "toFloat64(countIf(isNaN(p.value)))",
            _ => $"argMax(p.value, {MetricMeasure.Place("p.value")})",
        };
        return Nullable(expression);
    }

    /// <summary>The value of a series whose summary is the row; of none with <see cref="At"/>, which needs its points.</summary>
    public string StoredSql => Nullable(Stat switch
    {
        "FIRST" => "p.first_value",
        "MIN" => "if(p.count > p.nan_count, p.min_value, NULL)",
        "MAX" => "if(p.count > p.nan_count, p.max_value, NULL)",
        "MEAN" => "if(p.count > p.nan_count, p.sum / (p.count - p.nan_count), NULL)",
        "SUM" => "if(p.count > p.nan_count, p.sum, NULL)",
        "STDDEV" => "if(p.count - p.nan_count > 1, sqrt(p.m2 / (p.count - p.nan_count - 1)), NULL)",
        "COUNT" => "toFloat64(p.count)",
        "NAN_COUNT" => "toFloat64(p.nan_count)",
        _ => "p.last_value",
    });

    private static string Nullable(string expression) => $"CAST({expression} AS Nullable(Float64))";
}
