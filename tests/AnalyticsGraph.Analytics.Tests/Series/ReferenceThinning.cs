namespace AnalyticsGraph.Analytics.Tests.Series;

/// <summary>A point of a test's series.</summary>
public sealed record TestPoint(long Step, long Time, double Value);

/// <summary>The plainest possible implementations, to hold the fast ones against.</summary>
internal static class ReferenceThinning
{
    /// <summary>The order of a series: step, time, value, NaN after the numbers.</summary>
    public static TestPoint[] InOrder(IEnumerable<TestPoint> points) =>
        [.. points.OrderBy(p => p.Step).ThenBy(p => p.Time).ThenBy(p => double.IsNaN(p.Value)).ThenBy(p => p.Value)];

    /// <summary>The least and the greatest finite point of each of at most <paramref name="points"/> / 2 even buckets; ties take the smallest step and time.</summary>
    public static TestPoint[] MinMax(TestPoint[] series, int points) => series.Length == 0 ? [] : MinMax(series, points, series.Min(p => p.Step), series.Max(p => p.Step));

    /// <summary>The same where the buckets are those of a longer range.</summary>
    public static TestPoint[] MinMax(TestPoint[] series, int points, long first, long last)
    {
        var bucketOf = Buckets(first, last, points / 2);
        return [.. series.Where(p => double.IsFinite(p.Value))
            .GroupBy(p => bucketOf(p.Step))
            .OrderBy(bucket => bucket.Key)
            .SelectMany(bucket => InOrder(new[]
            {
                bucket.OrderBy(p => p.Value).ThenBy(p => p.Step).ThenBy(p => p.Time).First(),
                bucket.OrderByDescending(p => p.Value).ThenBy(p => p.Step).ThenBy(p => p.Time).First(),
            }.Distinct()))];
    }

    /// <summary>Buckets of the smallest width, of at most four significant bits, with which they are not too many; they begin at multiples of the width. A single one has all.</summary>
    /// <returns>Where the bucket of a position begins.</returns>
    public static Func<long, long> Buckets(long first, long last, int most)
    {
        if (most == 1)
        {
            return _ => first;
        }

        var width = 1L;
        while (Floor(last, width) - Floor(first, width) + 1 > most || (width >> Math.Max(0, 60 - System.Numerics.BitOperations.LeadingZeroCount((ulong)width))) << Math.Max(0, 60 - System.Numerics.BitOperations.LeadingZeroCount((ulong)width)) != width)
        {
            width++;
        }

        return position => Floor(position, width) * width;

        static long Floor(long position, long width) => (long)Math.Floor(position / (decimal)width);
    }

    /// <summary>Largest triangle three buckets, as Steinarsson describes it.</summary>
    public static TestPoint[] Lttb(TestPoint[] series, int points)
    {
        if (series.Length <= points)
        {
            return series;
        }

        var kept = new List<TestPoint> { series[0] };
        var size = (series.Length - 2) / (double)Math.Max(points - 2, 1);
        for (var bucket = 0; bucket < points - 2; bucket++)
        {
            var next = series[Begin(bucket + 1)..Math.Min(Begin(bucket + 2), series.Length)];
            var (x, y) = (next.Average(p => p.Step), next.Average(p => p.Value));
            var before = kept[^1];
            kept.Add(series[Begin(bucket)..Begin(bucket + 1)].MaxBy(p => Math.Abs(((before.Step - x) * (p.Value - before.Value)) - ((before.Step - p.Step) * (y - before.Value))))!);
        }

        return [.. kept, series[^1]];

        int Begin(int bucket) => (int)Math.Floor(size * bucket) + 1;
    }
}
