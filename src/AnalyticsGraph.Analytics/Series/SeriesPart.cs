namespace AnalyticsGraph.Analytics.Series;

/// <summary>What a row of the answer belongs to.</summary>
internal enum SeriesPart : byte
{
    /// <summary>A point or a bucket of the series.</summary>
    Point,

    /// <summary>A point that is not finite, beside a thinned series.</summary>
    NonFinite,

    /// <summary>The number of points in the window, in the column <c>step</c>.</summary>
    Count,

    /// <summary>The number of points that are not finite, in the column <c>step</c>.</summary>
    NonFiniteCount,

    /// <summary>A point before thinning, for smoothing.</summary>
    All,
}
