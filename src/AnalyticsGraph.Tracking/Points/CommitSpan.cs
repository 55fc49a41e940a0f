using System.Diagnostics;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>The commit of a group of batches as its listeners are told of it.</summary>
internal readonly struct CommitSpan : IDisposable
{
    private readonly Activity? _activity;
    private readonly long _start;

    private CommitSpan(Activity? activity) => (_activity, _start) = (activity, Stopwatch.GetTimestamp());

    /// <summary>Begins.</summary>
    /// <param name="batches">How many batches the group has.</param>
    /// <param name="askers">The requests that wait for them, each of which the span has a link to.</param>
    public static CommitSpan Begin(int batches, IEnumerable<ActivityContext> askers) => new(!TrackingTelemetry.Source.HasListeners() ? null
        : TrackingTelemetry.Source.StartActivity(
            "points.commit", ActivityKind.Internal, default(ActivityContext), [new("analyticsgraph.batches", batches)], askers.Select(asker => new ActivityLink(asker)).ToList()));

    /// <summary>The group is stored.</summary>
    /// <param name="points">How many points, and rows of other series, it logged.</param>
    public void Commit(int points)
    {
        TrackingTelemetry.PointsLogged.Add(points);
        TrackingTelemetry.CommitDuration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds);
        _activity?.SetTag("analyticsgraph.points", points);
    }

    public void Dispose() => _activity?.Dispose();
}
