namespace AnalyticsGraph.Analytics.Series;

/// <summary>Which parts of a series a query selects: columns that nobody asked for are not read.</summary>
[Flags]
internal enum SeriesFields
{
    /// <summary>Nothing that needs the points.</summary>
    None = 0,

    /// <summary>The steps.</summary>
    Steps = 1,

    /// <summary>The times.</summary>
    Times = 2,

    /// <summary>The values (the mean of a bucket).</summary>
    Values = 4,

    /// <summary>The number of points in the window.</summary>
    Count = 8,

    /// <summary>Points that thinning left out because they are not finite.</summary>
    NonFinite = 16,

    /// <summary>What stands in each bucket.</summary>
    Buckets = 32,

    /// <summary>The smoothed values.</summary>
    Smoothed = 64,

    /// <summary>What needs the points themselves.</summary>
    Points = Steps | Times | Values | Buckets | Smoothed,
}
