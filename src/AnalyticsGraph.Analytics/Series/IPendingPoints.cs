namespace AnalyticsGraph.Analytics.Series;

/// <summary>Brings points that are acknowledged, but still on their way, to where series are read. The write side does; reading does not know it.</summary>
public interface IPendingPoints
{
    /// <summary>Returns when all points of the runs that were acknowledged before the call can be read in ClickHouse.</summary>
    /// <param name="runIds">The runs.</param>
    /// <param name="cancellationToken">The request's.</param>
    Task FlushAsync(IReadOnlyCollection<long> runIds, CancellationToken cancellationToken);

    /// <summary>Returns when the summaries of all series, with every point that was acknowledged before the call, can be read in ClickHouse. The points themselves may be on their way.</summary>
    /// <param name="cancellationToken">The request's.</param>
    Task CopySummariesAsync(CancellationToken cancellationToken);
}
