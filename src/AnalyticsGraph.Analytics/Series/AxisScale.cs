namespace AnalyticsGraph.Analytics.Series;

/// <summary>How an axis is divided into buckets.</summary>
internal enum AxisScale
{
    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>Evenly within each power of two.</summary>
    Log,
}
