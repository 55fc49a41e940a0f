namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Measures of points by brute force.</summary>
internal static class MetricOracle
{
    public static double? Of(string function, IReadOnlyList<ScenePoint> points)
    {
        var numbers = points.Where(point => !double.IsNaN(point.Value)).ToList();
        var values = numbers.Select(point => point.Value).ToList();
        return function switch
        {
            "COUNT_DISTINCT" => points.Select(point => point.Run.Id).Distinct().Count(),
            "FIRST" => points.OrderBy(Place).Select(point => (double?)point.Value).FirstOrDefault(),
            "LAST" => points.OrderBy(Place).Select(point => (double?)point.Value).LastOrDefault(),
            "ARG_MIN" => numbers.OrderBy(point => point.Value).ThenBy(Place).Select(point => (double?)point.Step).FirstOrDefault(),
            "ARG_MAX" => numbers.OrderByDescending(point => point.Value).ThenBy(Place).Select(point => (double?)point.Step).FirstOrDefault(),
            "SLOPE" => Slope([.. numbers.Where(point => double.IsFinite(point.Value))]),
            "NAN_COUNT" => points.Count - numbers.Count,
            "COUNT" => points.Count,
            _ => OfNumbers(function, values),
        };
    }

    /// <summary>Functions of numbers alone, none of them NaN.</summary>
    public static double? OfNumbers(string function, List<double> values) => function switch
    {
        "SUM" => values.Count == 0 ? null : values.Sum(),
        "AVG" => values.Count == 0 ? null : values.Average(),
        "MIN" => values.Count == 0 ? null : values.Min(),
        "MAX" => values.Count == 0 ? null : values.Max(),
        "VARIANCE" => Variance(values),
        "STDDEV" => Variance(values) is { } variance ? Math.Sqrt(variance) : null,
        "MEDIAN" => Quantile(values, 0.5),
        _ => Quantile(values, 0.95),
    };

    public static (long, long, DateTime, double) Place(ScenePoint point) => (point.Epoch, point.Step, point.Time, double.IsNaN(point.Value) ? 0 : point.Value);

    private static double? Variance(List<double> values)
    {
        if (values.Count < 2)
        {
            return null;
        }

        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
    }

    private static double? Quantile(List<double> values, double level)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var sorted = values.Order().ToList();
        var at = level * (sorted.Count - 1);
        var (low, share) = (sorted[(int)at], at - (int)at);
        var high = sorted[Math.Min((int)at + 1, sorted.Count - 1)];
        return share < 1e-9 || low.Equals(high) || (double.IsNegativeInfinity(low) && double.IsFinite(high)) ? low : low + (share * (high - low));
    }

    private static double? Slope(List<ScenePoint> points)
    {
        if (points.Select(point => point.Step).Distinct().Count() < 2)
        {
            return null;
        }

        var (x, y) = (points.Average(point => point.Step), points.Average(point => point.Value));
        return points.Sum(point => (point.Step - x) * (point.Value - y)) / points.Sum(point => (point.Step - x) * (point.Step - x));
    }
}
