namespace AnalyticsGraph.Analytics.Series;

/// <summary>Smooths a series over all its points and keeps what stands at the thinned ones.</summary>
internal static class SmoothedValues
{
    /// <summary>Smooths a series that was not thinned.</summary>
    /// <param name="smoothing">How.</param>
    /// <param name="values">Its values.</param>
    public static double[] Of(Smoothing smoothing, ReadOnlySpan<double> values)
    {
        var smoothed = values.ToArray();
        smoothing.Apply(smoothed);
        return smoothed;
    }

    /// <summary>Smooths all points and takes those that were chosen.</summary>
    /// <param name="smoothing">How.</param>
    /// <param name="all">All points of the window.</param>
    /// <param name="places">Which of them were chosen.</param>
    public static double[] At(Smoothing smoothing, PointAccumulator all, ReadOnlySpan<int> places)
    {
        var smoothed = all.Values;
        smoothing.Apply(smoothed);
        var chosen = new double[places.Length];
        for (var i = 0; i < chosen.Length; i++)
        {
            chosen[i] = smoothed[places[i]];
        }

        return chosen;
    }

    /// <summary>Smooths all points and takes the mean of each bucket's finite ones.</summary>
    /// <param name="smoothing">How.</param>
    /// <param name="all">All points of the window.</param>
    /// <param name="starts">Where each bucket begins, ascending. The buckets may know points that are not among all, which came meanwhile.</param>
    /// <returns>For each bucket its mean; NaN where none is finite.</returns>
    public static double[] MeansOf(Smoothing smoothing, PointAccumulator all, ReadOnlySpan<long> starts)
    {
        var steps = all.Steps;
        var smoothed = all.Values;
        smoothing.Apply(smoothed);
        var means = new double[starts.Length];
        var at = 0;
        for (var i = 0; i < means.Length; i++)
        {
            var sum = 0.0;
            var finite = 0;
            for (; at < steps.Length && (i + 1 == means.Length || steps[at] < starts[i + 1]); at++)
            {
                if (double.IsFinite(smoothed[at]))
                {
                    sum += smoothed[at];
                    finite++;
                }
            }

            means[i] = sum / finite;
        }

        return means;
    }
}
