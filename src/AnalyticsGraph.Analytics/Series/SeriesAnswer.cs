namespace AnalyticsGraph.Analytics.Series;

/// <summary>What the runs of one question have: the source of a batch of <c>Series</c> objects, one for each run that has the metric and an empty one for all others.</summary>
/// <param name="Request">The question's arguments.</param>
/// <param name="Totals">For each series its true number of points in the window.</param>
/// <param name="Points">The points or buckets.</param>
/// <param name="Smoothed">The smoothed values, parallel to the points; null if none were asked for.</param>
/// <param name="NonFiniteTotals">For each series how many points of its window are not finite.</param>
/// <param name="NonFinite">The first of them.</param>
internal sealed record SeriesAnswer(
    SeriesRequest Request,
    long[] Totals,
    PointColumns Points,
    double[]? Smoothed,
    long[] NonFiniteTotals,
    PointColumns NonFinite)
{
    /// <summary>For each series whether what is shown follows from all points of its window; all are where it is null.</summary>
    public bool[]? Exact { get; init; }

    /// <summary>Where the points come from as they are delivered; null if all are here.</summary>
    public SeriesFeed? Feed { get; init; }
}
