namespace AnalyticsGraph.Analytics.Series;

/// <summary>Expressions of ClickHouse about axes and windows. All parts are SQL of this program or parameters.</summary>
internal static class AxisSql
{
    /// <summary>Where the bucket of a position begins: <see cref="AxisBuckets.StartOf"/>.</summary>
    /// <param name="position">The position, an Int64.</param>
    /// <param name="isLogarithmic">Whether <paramref name="size"/> is <see cref="AxisBuckets.PerOctave"/>, else the width.</param>
    /// <param name="size">The size.</param>
    /// <param name="origin">Where a bucket begins; null for 0.</param>
    /// <param name="lowest"><see cref="AxisBuckets.Lowest"/>; null if no position is in it.</param>
    public static string StartOf(string position, bool isLogarithmic, string size, string? origin, (string Last, string Start)? lowest)
    {
        if (!isLogarithmic)
        {
            var start = $"{position} - positiveModulo({(origin is null ? position : $"{position} - {origin}")}, {size})";
            return lowest is var (last, least) ? $"if({position} <= {last}, {least}, {start})" : start;
        }

        var magnitude = $"if({position} < 0, -1 - {position}, {position})";
        var unit = $"greatest(toInt64(1), toInt64(intDiv(roundToExp2({magnitude}), {size})))";
        return $"if({position} < 0, -1, 1) * ({magnitude} - modulo({magnitude}, {unit})) - if({position} < 0, {unit}, 0)";
    }

    /// <summary>That a value takes part (<see cref="ValueWindow"/>), to be added to other conditions; nothing without bounds.</summary>
    /// <param name="value">The value.</param>
    /// <param name="least">The least one; null for no bound.</param>
    /// <param name="most">The greatest one; null for no bound.</param>
    public static string Within(string value, string? least, string? most) => (least, most) switch
    {
        (null, null) => "",
        (null, _) => $" AND ({value} <= {most} OR isNaN({value}))",
        (_, null) => $" AND ({value} >= {least} OR isNaN({value}))",
        _ => $" AND ({value} >= {least} AND {value} <= {most} OR isNaN({value}))",
    };
}
