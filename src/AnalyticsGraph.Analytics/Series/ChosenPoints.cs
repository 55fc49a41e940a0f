namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// Thinning of points that were read, as ClickHouse thins those that are not. What is smoothed before is chosen from so: of the very points that were smoothed, whatever comes to the series meanwhile.
/// </summary>
internal static class ChosenPoints
{
    /// <summary>Chooses a run's points.</summary>
    /// <param name="all">The points of the window, in the order of the series. Those that are not finite take no part.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="run">The run.</param>
    public static PointAccumulator Of(PointAccumulator all, SeriesQuestion question, SeriesRun run) => question.Request.Sampling switch
    {
        { Kind: SamplingKind.Lttb, Points: var points } => LargestTriangles.Of(all, points),
        { Kind: SamplingKind.MinMax } => all.Take(Extremes(all.Steps, all.Values, question.BucketsOf(run))),
        { Kind: SamplingKind.Last, Points: var points } => all.Take(Last(all.Values, points)),
        var other => throw new InvalidOperationException($"The sampling {other.Kind} chooses no points."),
    };

    // Of several equal values the first.
    private static int[] Extremes(ReadOnlySpan<long> steps, ReadOnlySpan<double> values, AxisBuckets buckets)
    {
        var places = new List<int>();
        var (least, greatest, start) = (-1, -1, 0L);
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                continue;
            }

            var bucket = buckets.StartOf(steps[i]);
            if (least < 0 || bucket != start)
            {
                Keep();
                (least, greatest, start) = (i, i, bucket);
            }
            else if (values[i] < values[least])
            {
                least = i;
            }
            else if (values[i] > values[greatest])
            {
                greatest = i;
            }
        }

        Keep();
        return [.. places];

        void Keep()
        {
            if (least >= 0)
            {
                places.Add(Math.Min(least, greatest));
            }

            if (least != greatest)
            {
                places.Add(Math.Max(least, greatest));
            }
        }
    }

    private static int[] Last(ReadOnlySpan<double> values, int most)
    {
        var places = new int[Math.Min(most, values.Length)];
        var at = places.Length;
        for (var i = values.Length - 1; i >= 0 && at > 0; i--)
        {
            if (double.IsFinite(values[i]))
            {
                places[--at] = i;
            }
        }

        return places[at..];
    }
}
