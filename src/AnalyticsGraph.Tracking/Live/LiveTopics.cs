using System.Globalization;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>What is told to subscribers, after its commit.</summary>
public static class LiveTopics
{
    /// <summary>New points of a run.</summary>
    /// <param name="runId">The run's internal id.</param>
    public static Topic<LivePoints> PointsOf(long runId) => new(string.Create(CultureInfo.InvariantCulture, $"run.{runId}.points"));

    /// <summary>Runs of an experiment that were created or changed.</summary>
    /// <param name="experimentId">The experiment's internal id.</param>
    public static Topic<RunChange> RunsOf(long experimentId) => new(string.Create(CultureInfo.InvariantCulture, $"experiment.{experimentId}.runs"));
}

/// <summary>Points of a run that were acknowledged together.</summary>
/// <param name="RunId">The run's internal id.</param>
/// <param name="Points">The points in the order of their acknowledgement, at least one.</param>
public sealed record LivePoints(long RunId, IReadOnlyList<LivePoint> Points);

/// <summary>A point as it was logged.</summary>
/// <param name="Scope">What it describes.</param>
/// <param name="Key">The metric's key.</param>
/// <param name="Label">The label, empty for the total.</param>
/// <param name="Rank">The worker that reported it.</param>
/// <param name="Epoch">The epoch for points of batches, else 0.</param>
/// <param name="Step">The step.</param>
/// <param name="Time">When it was measured.</param>
/// <param name="Value">The value.</param>
/// <param name="Seq">The how-many-th acknowledged point of its run it is.</param>
public sealed record LivePoint(MetricScope Scope, string Key, string Label, int Rank, long Epoch, long Step, DateTimeOffset Time, double Value, long Seq)
{
    internal static LivePoint Of(MetricPoint point, long seq)
    {
        var (series, (position, value, _, _)) = point;
        return new LivePoint(
            series.Scope, series.Key, series.Label, series.Rank, position.Epoch, position.Step, DateTimeOffset.FromUnixTimeMilliseconds(position.Time), value, seq);
    }
}

/// <summary>A run was created, or changed in more than its points.</summary>
/// <param name="RunId">The run's internal id.</param>
public sealed record RunChange(long RunId);
