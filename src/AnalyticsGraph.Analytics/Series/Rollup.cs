namespace AnalyticsGraph.Analytics.Series;

/// <summary>Stored summaries of a series over buckets of steps: what <c>run_metric_rollup</c> says of them.</summary>
/// <param name="Seq">Of the run's points, in order of acknowledgement, the first so many are in.</param>
/// <param name="LeastWidth">The least width of buckets, a power of two; the next ones are four times as wide each.</param>
/// <param name="GreatestWidth">The greatest.</param>
internal sealed record Rollup(long Seq, long LeastWidth, long GreatestWidth)
{
    /// <summary>Whether the run may have points that came later.</summary>
    public bool IsBehind { get; init; } = true;

    private const int Factor = 4;

    // LTTB chooses among the least and the greatest point of each bucket: of so many for each point that it keeps.
    private const int BucketsPerPoint = 2;

    /// <summary>The widest buckets of which an axis' buckets are made exactly.</summary>
    /// <param name="width">The width of the axis' buckets, which begin at its multiples.</param>
    /// <returns>Their width; 0 if all are too wide.</returns>
    public long WidestWithin(long width) => Widest(candidate => width % candidate == 0);

    /// <summary>The widest buckets from which LTTB can choose.</summary>
    /// <param name="first">The first step of the window.</param>
    /// <param name="last">The last one.</param>
    /// <param name="points">How many points are kept.</param>
    /// <returns>Their width; 0 if all are too wide.</returns>
    public long WidestFor(long first, long last, int points) => Widest(candidate => ((double)last - first) / candidate >= points * BucketsPerPoint);

    private long Widest(Func<long, bool> fits)
    {
        var widest = 0L;
        for (var width = LeastWidth; width <= GreatestWidth && fits(width); width *= Factor)
        {
            widest = width;
        }

        return widest;
    }
}
