using System.Text.Json;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What a group comes to while its batches are taken one by one.</summary>
/// <param name="state">What it is decided by.</param>
/// <param name="present">What is stored already at the places of late points; the group's own points join it.</param>
/// <param name="isHeard">Whether anybody may listen to a run's points.</param>
/// <param name="now">The time of points without one.</param>
internal sealed class GroupWork(GroupState state, PresentPoints present, Func<long, bool> isHeard, DateTimeOffset now)
{
    private readonly Dictionary<SeriesKey, SeriesSummary> _changed = [];
    private readonly SortedSet<long> _runs = [];

    // The last of a group counts, as the last of several groups does: its rows have one version, so the others are left out.
    private readonly Dictionary<(long RunId, long Index), DateTimeOffset> _epochs = [];
    private readonly Dictionary<(long RunId, long Epoch, long Index), DateTimeOffset> _batches = [];

    public GroupState State { get; } = state;

    /// <summary>The new points.</summary>
    public SeriesBlock Points { get; } = new(SeriesTable.MetricPoint);

    public IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> ChangedSummaries => [.. _changed];

    public long[] RunsWithPoints => [.. _runs];

    public Dictionary<(long RunId, string Key), string> NewParams { get; } = [];

    public Dictionary<(long RunId, string Key), string> Tags { get; } = [];

    /// <summary>When the results of runs were recorded.</summary>
    public Dictionary<long, DateTimeOffset> Results { get; } = [];

    public List<(string Operation, string Token, TokenRecord Record)> NewTokens { get; } = [];

    /// <summary>The new points of runs that somebody may listen to.</summary>
    public Dictionary<long, List<LivePoint>> HeardPoints { get; } = [];

    /// <summary>The runs with new params, or with tags or results.</summary>
    public IEnumerable<long> ChangedRuns => NewParams.Keys.Concat(Tags.Keys).Select(key => key.RunId).Concat(Results.Keys).Distinct();

    public bool HasChanges => Points.Count > 0 || NewParams.Count > 0 || Tags.Count > 0 || Results.Count > 0 || _epochs.Count > 0 || _batches.Count > 0 || NewTokens.Count > 0;

    public static MetricPoint PointOf(RunPart part, MetricInput metric, DateTimeOffset now) => new(
        GroupState.SeriesOf(part, metric),
        new SeriesPoint(new PointPosition(metric.Epoch, metric.Step, (metric.Time ?? now).ToUnixTimeMilliseconds()), metric.Value));

    /// <summary>Accepts or refuses a batch.</summary>
    public Outcome<LogBatchResult> Take(RunBatch batch)
    {
        if (batch.ClientToken is { } used && State.Tokens.TryGetValue((batch.Operation, used), out var first))
        {
            return first.Hash.AsSpan().SequenceEqual(batch.Hash)
                ? Outcome.Of(JsonSerializer.Deserialize<LogBatchResult>(first.Answer)!)
                : Outcome.Failed<LogBatchResult>(ClientTokens.Conflict(used));
        }

        var rules = new InputRules();
        State.Check(batch, rules);
        if (rules.Errors.Count > 0)
            return Outcome.Failed<LogBatchResult>(rules.Errors);
        var added = 0;
        foreach (var part in batch.Parts)
            added += Take(part);
        var result = new LogBatchResult(batch.Parts[0].RunId, added);
        if (batch.ClientToken is { } token)
        {
            var record = new TokenRecord(batch.Hash, JsonSerializer.Serialize(result));
            State.Tokens.Add((batch.Operation, token), record);
            NewTokens.Add((batch.Operation, token, record));
        }

        return Outcome.Of(result);
    }

    /// <summary>The rows for the log: one block for each series that the group has rows of.</summary>
    public IEnumerable<SeriesBlock> Blocks()
    {
        if (Points.Count > 0)
            yield return Points;
        if (_epochs.Count > 0)
        {
            var epochs = new SeriesBlock(SeriesTable.Epoch);
            foreach (var ((run, index), time) in _epochs)
                epochs.AddEpoch(State.Runs[run].ExperimentId, run, index, time);
            yield return epochs;
        }

        if (_batches.Count > 0)
        {
            var batches = new SeriesBlock(SeriesTable.Batch);
            foreach (var ((run, epoch, index), time) in _batches)
                batches.AddBatch(State.Runs[run].ExperimentId, run, epoch, index, time);
            yield return batches;
        }
    }

    private int Take(RunPart part)
    {
        foreach (var param in part.Params)
        {
            if (State.Params.TryAdd((part.RunId, param.Key), param.Value))
                NewParams.Add((part.RunId, param.Key), param.Value);
        }

        foreach (var tag in part.Tags)
            Tags[(part.RunId, tag.Key)] = tag.Value;
        foreach (var epoch in part.Epochs)
            _epochs[(part.RunId, epoch.Index)] = epoch.Time ?? now;
        foreach (var batch in part.Batches)
            _batches[(part.RunId, batch.EpochIndex, batch.Index)] = batch.Time ?? now;
        if (part.Results is { } results)
            Results[part.RunId] = results.Time ?? now;
        var heard = part.Metrics.Count > 0 && isHeard(part.RunId) ? new List<LivePoint>() : null;
        var added = part.Metrics.Count(metric => TryAdd(PointOf(part, metric, now), part.Corrects, heard));
        if (heard is { Count: > 0 } && !HeardPoints.TryAdd(part.RunId, heard))
            HeardPoints[part.RunId].AddRange(heard);
        return added;
    }

    private bool TryAdd(MetricPoint point, bool corrects, List<LivePoint>? heard)
    {
        if (corrects && present.At(point) is { } latest)
        {
            if (latest.Value.Equals(point.Point.Value))
                return false;
            var position = point.Point.Position;
            if (position.Time <= latest.Time)
                point = point with { Point = point.Point with { Position = position with { Time = latest.Time + 1 } } };
        }

        var run = State.Runs[point.Series.RunId];
        if (!present.Add(point, run.Seq + 1))
            return false;
        if (!State.Summaries.TryGetValue(point.Series, out var summary))
            State.Summaries.Add(point.Series, summary = new SeriesSummary());
        summary.Add(point.Point);
        _changed[point.Series] = summary;
        _runs.Add(point.Series.RunId);
        Points.AddPoint(run.ExperimentId, point.Series, point.Point, ++run.Seq, State.GroupId);
        heard?.Add(LivePoint.Of(point, run.Seq));
        return true;
    }
}
