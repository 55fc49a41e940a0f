using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>What is told to subscribers, after its commit.</summary>
public static class LiveTopics
{
    /// <summary>
    /// How often subscribers look for what another server has logged, of which their own one tells nothing. An idle subscription costs one look-up by key each time: it is as rare as somebody who watches
    /// points come may bear.
    /// </summary>
    internal static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    /// <summary>New points of a run.</summary>
    /// <param name="runId">The run's internal id.</param>
    public static Topic<LoggedPoints> PointsOf(long runId) => new(string.Create(CultureInfo.InvariantCulture, $"run.{runId}.points"));

    /// <summary>New runtime records of a job.</summary>
    /// <param name="jobId">The job's internal id.</param>
    public static Topic<LoggedRuntime> RuntimeOf(long jobId) => new(string.Create(CultureInfo.InvariantCulture, $"job.{jobId}.runtime"));

    /// <summary>Runs of an experiment that were created or changed.</summary>
    /// <param name="experimentId">The experiment's internal id.</param>
    public static Topic<ChangedRuns> RunsOf(long experimentId) => new(string.Create(CultureInfo.InvariantCulture, $"experiment.{experimentId}.runs"));
}

/// <summary>A run has new points.</summary>
/// <param name="RunId">The run's internal id.</param>
/// <param name="LastSeq">How many points it has now.</param>
/// <param name="Points">Its last ones in the order of their acknowledgement, without gaps; empty where nobody seemed to listen when they were taken.</param>
public sealed record LoggedPoints(long RunId, long LastSeq, IReadOnlyList<LivePoint> Points);

/// <summary>A job has new runtime records.</summary>
/// <param name="JobId">The job's internal id.</param>
public sealed record LoggedRuntime(long JobId);

/// <summary>Points of a run as a subscriber is told them.</summary>
/// <param name="RunId">The run's internal id.</param>
/// <param name="Points">The points in the order of their acknowledgement, at least one.</param>
/// <param name="Cursor">Where the subscription stands with these.</param>
public sealed record LivePoints(long RunId, IReadOnlyList<LivePoint> Points, string Cursor);

/// <summary>Runtime records of a job as a subscriber is told them.</summary>
/// <param name="JobId">The job's internal id.</param>
/// <param name="Records">The records in the order of their acknowledgement, at least one.</param>
/// <param name="Cursor">Where the subscription stands with these.</param>
public sealed record LiveRuntime(long JobId, IReadOnlyList<LiveRuntimeRecord> Records, string Cursor);

/// <summary>A record of a job's runtime.</summary>
/// <param name="Time">When it was taken.</param>
/// <param name="GlobalStep">The step that training had reached.</param>
/// <param name="Ordinal">Tells records apart that share their time and step.</param>
/// <param name="Speed">Steps a second.</param>
/// <param name="WorkerCpu">CPU cores by worker, an object.</param>
/// <param name="WorkerMemory">Memory by worker, an object.</param>
/// <param name="PsCpu">CPU cores by parameter server, an object.</param>
/// <param name="PsMemory">Memory by parameter server, an object.</param>
/// <param name="OtherText">What else was recorded, the text of an object, or empty.</param>
public sealed record LiveRuntimeRecord(
    DateTimeOffset Time, long GlobalStep, int Ordinal, double? Speed, JsonElement WorkerCpu, JsonElement WorkerMemory, JsonElement PsCpu, JsonElement PsMemory, string OtherText);

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

/// <summary>Runs of an experiment were created, or changed in more than their points, by one commit: one event, however many they are.</summary>
/// <param name="RunIds">The runs' internal ids, at least one.</param>
public sealed record ChangedRuns(IReadOnlyList<long> RunIds);

/// <summary>A run was created or changed, as a subscriber is told it.</summary>
/// <param name="RunId">The run's internal id.</param>
public sealed record RunChange(long RunId);
