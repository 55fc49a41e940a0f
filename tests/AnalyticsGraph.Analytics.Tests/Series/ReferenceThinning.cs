namespace AnalyticsGraph.Analytics.Tests.Series;

/// <summary>A point of a test's series.</summary>
public sealed record TestPoint(long Step, long Time, double Value);

/// <summary>The plainest possible implementations, to hold the fast ones against.</summary>
internal static class ReferenceThinning
{
    /// <summary>The order of a series: step, time, value, NaN after the numbers.</summary>
    public static TestPoint[] InOrder(IEnumerable<TestPoint> points) =>
        [.. points.OrderBy(p => p.Step).ThenBy(p => p.Time).ThenBy(p => double.IsNaN(p.Value)).ThenBy(p => p.Value)];

    /// <summary>The least and the greatest finite point of each of <paramref name="points"/> / 2 even buckets; ties take the smallest step and time.</summary>
    public static TestPoint[] MinMax(TestPoint[] series, int points)
    {
        if (series.Length == 0)
        {
            return [];
        }

        var first = series.Min(p => p.Step);
        var width = Math.Max((long)Math.Ceiling((series.Max(p => p.Step) - first + 1) / (decimal)(points / 2)), 1);
        return [.. series.Where(p => double.IsFinite(p.Value))
            .GroupBy(p => (p.Step - first) / width)
            .OrderBy(bucket => bucket.Key)
            .SelectMany(bucket => InOrder(new[]
            {
                bucket.OrderBy(p => p.Value).ThenBy(p => p.Step).ThenBy(p => p.Time).First(),
                bucket.OrderByDescending(p => p.Value).ThenBy(p => p.Step).ThenBy(p => p.Time).First(),
            }.Distinct()))];
    }
}
