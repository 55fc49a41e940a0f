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
/// <param name="points">How many points the batches have.</param>
internal sealed class GroupWork(GroupState state, PresentPoints present, Func<long, bool> isHeard, DateTimeOffset now, int points)
{
    private readonly Dictionary<SeriesKey, SeriesState> _series = [];
    private readonly List<Taking> _taken = [];
    private readonly long _now = now.ToUnixTimeMilliseconds();
    private bool _tracks = present.Count > 0;

    // The last of a group counts, as the last of several groups does: its rows have one version, so the others are left out.
    private readonly Dictionary<(long RunId, long Index), DateTimeOffset> _epochs = [];
    private readonly Dictionary<(long RunId, long Epoch, long Index), DateTimeOffset> _batches = [];

    public GroupState State { get; } = state;

    /// <summary>The new points.</summary>
    public SeriesBlock Points { get; } = new(SeriesTable.MetricPoint, points);

    public IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> ChangedSummaries =>
        [.. _series.Values.Where(series => series.IsChanged).Select(series => KeyValuePair.Create(series.Key, series.Summary!))];

    public long[] RunsWithPoints => [.. _series.Values.Where(series => series.IsChanged).Select(series => series.Key.RunId).Distinct().Order()];

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

    /// <summary>Accepts or refuses a batch.</summary>
    public Outcome<LogBatchResult> Take(RunBatch batch)
    {
        if (batch.ClientToken is { } used && State.Tokens.TryGetValue((batch.Operation, used), out var first))
            return ClientTokens.Recall<LogBatchResult>(first, used, batch.Hash);

        var rules = new InputRules();
        State.Check(batch, rules);
        if (rules.Errors.Count > 0)
            return Outcome.Failed<LogBatchResult>(rules.Errors);
        foreach (var part in batch.Parts)
            Take(part);
        var result = new LogBatchResult(batch.Parts[0].RunId, TakePoints(batch), batch.Points.Count);
        if (batch.ClientToken is { } token)
        {
            var record = new TokenRecord(batch.Hash, JsonSerializer.Serialize(result));
            State.Tokens.Add((batch.Operation, token), record);
            NewTokens.Add((batch.Operation, token, record));
        }

        return Outcome.Of(result);
    }

    /// <summary>Takes a batch's points, whose runs are there.</summary>
    /// <returns>How many were new.</returns>
    public int TakePoints(RunBatch batch)
    {
        if (State.IsRepeated(batch))
            return 0;
        State.Remember(batch);
        var points = batch.Points;
        var series = new SeriesState[points.Series.Count];
        for (var i = 0; i < series.Length; i++)
            series[i] = StateOf(points.Series[i]);
        if (batch.Corrects)
            Track();
        var before = Points.Count;
        var takes = new Taking(batch, series);
        _taken.Add(takes);
        for (; takes.Count < points.Count; takes.Count++)
            Take(series[points.SeriesOf[takes.Count]], points.At(takes.Count, _now), batch.Corrects);
        return Points.Count - before;
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

    private void Take(RunPart part)
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
    }

    private void Take(SeriesState series, SeriesPoint point, bool corrects)
    {
        if (corrects && present.At(new(series.Key, point)) is { } latest)
        {
            if (latest.Value.Equals(point.Value))
                return;
            if (point.Position.Time <= latest.Time)
                point = point with { Position = point.Position with { Time = latest.Time + 1 } };
        }

        // One that is later than all of its series cannot be there already; the others are looked for, from the first of them on.
        if (!_tracks && series.Summary is { } summary && point.Position <= summary.Last.Position)
            Track();
        if (_tracks && !present.Add(new(series.Key, point), series.Run.Seq + 1))
            return;
        Points.AddPoint(series.Run.ExperimentId, series, point, ++series.Run.Seq, State.GroupId);
        series.Add(point);
        if (series.Run.IsHeard == true)
            Hear(series, point);
    }

    /// <summary>From now on, what the group has is known point by point.</summary>
    private void Track()
    {
        if (_tracks)
            return;
        _tracks = true;

        // Until now every point was taken, so each has the number behind the one before of its run.
        var seqs = _taken.SelectMany(taking => taking.Series).DistinctBy(series => series.Key.RunId).ToDictionary(series => series.Key.RunId, series => series.Run.SeqBefore);
        foreach (var taking in _taken)
        {
            var points = taking.Batch.Points;
            for (var i = 0; i < taking.Count; i++)
            {
                var key = taking.Series[points.SeriesOf[i]].Key;
                present.Add(new(key, points.At(i, _now)), ++seqs[key.RunId]);
            }
        }
    }

    private void Hear(SeriesState series, in SeriesPoint point)
    {
        if (!HeardPoints.TryGetValue(series.Key.RunId, out var heard))
            HeardPoints.Add(series.Key.RunId, heard = []);
        heard.Add(LivePoint.Of(new(series.Key, point), series.Run.Seq));
    }

    private SeriesState StateOf(in SeriesKey key)
    {
        if (!_series.TryGetValue(key, out var series))
        {
            var run = State.Runs[key.RunId];
            run.IsHeard ??= isHeard(key.RunId);
            _series.Add(key, series = new SeriesState(key, run, State.Summaries.GetValueOrDefault(key)));
        }

        return series;
    }

    /// <summary>A batch, the states of its series, and how many of its points were taken.</summary>
    private sealed record Taking(RunBatch Batch, SeriesState[] Series)
    {
        public int Count { get; set; }
    }
}
