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
    /// <param name="steps">The steps of the chosen points.</param>
    /// <param name="values">The values of the chosen points, before smoothing.</param>
    /// <param name="last">Whether the chosen points are the last ones; of several equal points thinning otherwise takes the first.</param>
    public static double[] At(Smoothing smoothing, PointAccumulator all, ReadOnlySpan<long> steps, ReadOnlySpan<double> values, bool last)
    {
        var before = all.Values.ToArray();
        var smoothed = all.Values;
        smoothing.Apply(smoothed);
        var chosen = new double[steps.Length];
        var at = last ? before.Length - 1 : 0;
        var direction = last ? -1 : 1;
        for (var n = 0; n < chosen.Length; n++, at += direction)
        {
            var i = last ? chosen.Length - 1 - n : n;

            // Chosen points come in the order of the series; one that cannot be found again would be a fault of the statement.
            while (all.Steps[at] != steps[i] || before[at] != values[i])
            {
                at += direction;
            }

            chosen[i] = smoothed[at];
        }

        return chosen;
    }

    /// <summary>Smooths all points and takes the mean of each bucket's finite ones.</summary>
    /// <param name="smoothing">How.</param>
    /// <param name="all">All points of the window.</param>
    /// <param name="counts">How many points each bucket has.</param>
    /// <returns>For each bucket its mean; NaN where none is finite.</returns>
    public static double[] MeansOf(Smoothing smoothing, PointAccumulator all, ReadOnlySpan<long> counts)
    {
        var smoothed = all.Values;
        smoothing.Apply(smoothed);
        var means = new double[counts.Length];
        var at = 0;
        for (var i = 0; i < means.Length; i++)
        {
            var sum = 0.0;
            var finite = 0;
            for (var end = at + (int)counts[i]; at < end; at++)
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
