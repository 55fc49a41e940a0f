using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What waits in the log, as metrics of the flusher that knows it: as old as its last look, which is some hundred milliseconds.</summary>
internal sealed class PendingPointGauges : IDisposable
{
    private readonly Meter _meter = new(TrackingTelemetry.Name);
    private long _points;
    private long _lookedAt;
    private double _ageThen;

    public PendingPointGauges(Func<long> bytes)
    {
        _meter.CreateObservableGauge("analyticsgraph.points.pending", () => Interlocked.Read(ref _points), "{point}", "Acknowledged points, and rows of other series, that wait for ClickHouse.");
        _meter.CreateObservableGauge("analyticsgraph.points.pending.size", bytes, "By", "Their size, uncompressed.");
        _meter.CreateObservableGauge("analyticsgraph.points.lag", Lag, "s", "How long the oldest of them has waited; 0 if none does.");
    }

    /// <summary>Notes what was found.</summary>
    /// <param name="points">How many points wait.</param>
    /// <param name="age">How long the oldest one has waited, in seconds.</param>
    public void Note(long points, double age)
    {
        Volatile.Write(ref _ageThen, age);
        Interlocked.Exchange(ref _lookedAt, Stopwatch.GetTimestamp());
        Interlocked.Exchange(ref _points, points);
    }

    public void Dispose() => _meter.Dispose();

    // While the store is away nobody looks any more, and the wait goes on all the same.
    private double Lag() => Interlocked.Read(ref _points) == 0 ? 0 : Volatile.Read(ref _ageThen) + Stopwatch.GetElapsedTime(Interlocked.Read(ref _lookedAt)).TotalSeconds;
}
