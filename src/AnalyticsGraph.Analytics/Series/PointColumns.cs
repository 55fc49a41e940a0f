namespace AnalyticsGraph.Analytics.Series;

/// <summary>The points of several series, columnar: series i has the rows from <c>Offsets[i]</c> to <c>Offsets[i + 1]</c>. Columns that nobody asked for are empty.</summary>
/// <param name="Offsets">One more than there are series, from 0.</param>
/// <param name="Steps">Steps; the first ones of buckets.</param>
/// <param name="Times">Unix milliseconds.</param>
/// <param name="Values">Values; means for buckets, NaN where no value of the bucket is finite.</param>
/// <param name="LastSteps">The last steps of buckets.</param>
/// <param name="Counts">The points of buckets.</param>
/// <param name="NaNs">How many points of buckets are NaN.</param>
/// <param name="Lows">The least finite values of buckets.</param>
/// <param name="Highs">The greatest finite values of buckets.</param>
internal sealed record PointColumns(
    int[] Offsets,
    long[] Steps,
    long[] Times,
    double[] Values,
    long[] LastSteps,
    long[] Counts,
    long[] NaNs,
    double[] Lows,
    double[] Highs)
{
    /// <summary>The number of points of all series.</summary>
    public int Count => Offsets[^1];
}
