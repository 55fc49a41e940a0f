namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// Largest triangle three buckets over points that were read, for series that ClickHouse's function cannot thin rightly: it has steps as Float64, and of several points of a step it
/// knows no order.
/// </summary>
internal static class LargestTriangles
{
    // Up to here a Float64 has every integer.
    private const long MostExact = 1L << 53;

    /// <summary>The most points of a series with gaps that are read: it may have steps twice without its count telling, and where it is no longer, reading it costs no more than asking.</summary>
    public const int MostWithGaps = 10_000;

    /// <summary>Whether a series' points are read and chosen from here.</summary>
    /// <param name="count">How many points it has.</param>
    /// <param name="first">Its least step.</param>
    /// <param name="last">Its greatest step.</param>
    /// <param name="most">How many points may be read. Steps beyond 2^53 are never left to ClickHouse.</param>
    /// <param name="mostWithGaps">How many of a series that need not have a step twice.</param>
    public static bool AreFoundHere(long count, long first, long last, long most, long mostWithGaps)
    {
        if (first < -MostExact || last > MostExact)
        {
            return true;
        }

        var steps = last - first + 1;
        return count > steps ? count <= most : count < steps && count <= mostWithGaps;
    }

    /// <summary>Chooses points; all if they are not more.</summary>
    /// <param name="all">The points, in the order of the series. Those that are not finite take no part.</param>
    /// <param name="most">How many to keep; at least 2.</param>
    public static PointAccumulator Of(PointAccumulator all, int most)
    {
        var values = all.Values;
        var finite = new int[values.Length];
        var count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            finite[count] = i;
            count += double.IsFinite(values[i]) ? 1 : 0;
        }

        return all.Take(Choose(all.Steps, values, finite.AsSpan(0, count), most));
    }

    // Between the first and the last point, a bucket of equally many points for each other one that is kept: of each the point that spans the largest triangle with the one that was kept
    // before and the mean of the next bucket. The first of several.
    private static ReadOnlySpan<int> Choose(ReadOnlySpan<long> steps, ReadOnlySpan<double> values, Span<int> points, int most)
    {
        if (points.Length <= most)
        {
            return points;
        }

        var first = steps[points[0]];
        var size = (points.Length - 2) / (double)Math.Max(most - 2, 1);
        var kept = new int[most];
        (kept[0], kept[^1]) = (points[0], points[^1]);
        for (var bucket = 0; bucket < most - 2; bucket++)
        {
            var (begin, end) = (Begin(bucket), Begin(bucket + 1));
            var (x, y) = MeanOf(points[end..Math.Min(Begin(bucket + 2), points.Length)], first, steps, values);
            var (x0, y0) = (From(first, steps[kept[bucket]]), values[kept[bucket]]);
            var (best, largest) = (points[begin], 0.0);
            foreach (var point in points[begin..end])
            {
                var area = Math.Abs(((x0 - x) * (values[point] - y0)) - ((x0 - From(first, steps[point])) * (y - y0)));
                if (area > largest)
                {
                    (best, largest) = (point, area);
                }
            }

            kept[bucket + 1] = best;
        }

        return kept;

        int Begin(int bucket) => (int)Math.Floor(size * bucket) + 1;
    }

    private static (double X, double Y) MeanOf(ReadOnlySpan<int> points, long first, ReadOnlySpan<long> steps, ReadOnlySpan<double> values)
    {
        var (x, y) = (0.0, 0.0);
        foreach (var point in points)
        {
            x += From(first, steps[point]);
            y += values[point];
        }

        return (x / points.Length, y / points.Length);
    }

    // Offsets are exact where the steps themselves would be rounded, and never overflow as unsigned ones: no step is less than the first.
    private static double From(long first, long step) => unchecked((ulong)(step - first));
}
