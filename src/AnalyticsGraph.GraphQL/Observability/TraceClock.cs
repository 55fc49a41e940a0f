using System.Diagnostics;

namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>When something began, and how long it took.</summary>
internal sealed class TraceClock
{
    private long _end;

    public long Start { get; } = Stopwatch.GetTimestamp();

    public long End => _end == 0 ? Stopwatch.GetTimestamp() : _end;

    /// <summary>How long it took, or takes so far.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Start, End);

    /// <summary>Ends it, once.</summary>
    public void Stop() => _end = _end == 0 ? Stopwatch.GetTimestamp() : _end;
}
