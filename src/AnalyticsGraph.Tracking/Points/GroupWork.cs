using System.Text.Json;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What a group comes to while its batches are taken one by one.</summary>
/// <param name="state">What it is decided by.</param>
/// <param name="present">The points that are stored already.</param>
/// <param name="isHeard">Whether anybody may listen to a run's points.</param>
/// <param name="now">The time of points without one.</param>
internal sealed class GroupWork(GroupState state, IReadOnlySet<MetricPoint> present, Func<long, bool> isHeard, DateTimeOffset now)
{
    private readonly HashSet<MetricPoint> _added = [];
    private readonly Dictionary<SeriesKey, SeriesSummary> _changed = [];
    private readonly SortedSet<long> _runs = [];

    public GroupState State { get; } = state;

    public PointBlock Block { get; } = new();

    public IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> ChangedSummaries => [.. _changed];

    public long[] RunsWithPoints => [.. _runs];

    public Dictionary<(long RunId, string Key), string> NewParams { get; } = [];

    public Dictionary<(long RunId, string Key), string> Tags { get; } = [];

    public List<(string Token, TokenRecord Record)> NewTokens { get; } = [];

    /// <summary>The new points of runs that somebody may listen to.</summary>
    public Dictionary<long, List<LivePoint>> HeardPoints { get; } = [];

    /// <summary>The runs with new params or with tags.</summary>
    public IEnumerable<long> ChangedRuns => NewParams.Keys.Concat(Tags.Keys).Select(key => key.RunId).Distinct();

    public bool HasChanges => Block.Count > 0 || NewParams.Count > 0 || Tags.Count > 0 || NewTokens.Count > 0;

    public static MetricPoint PointOf(LogBatchRequest batch, MetricInput metric, DateTimeOffset now) => new(
        GroupState.SeriesOf(batch, metric),
        new SeriesPoint(new PointPosition(metric.Epoch, metric.Step, (metric.Time ?? now).ToUnixTimeMilliseconds()), metric.Value));

    /// <summary>Accepts or refuses a batch.</summary>
    public Outcome<LogBatchResult> Take(LogBatchRequest batch)
    {
        var hash = batch.ClientToken is null ? [] : ClientTokens.Hash(batch);
        if (batch.ClientToken is { } used && State.Tokens.TryGetValue(used, out var first))
        {
            return first.Hash.AsSpan().SequenceEqual(hash)
                ? Outcome.Of(JsonSerializer.Deserialize<LogBatchResult>(first.Answer)!)
                : Outcome.Failed<LogBatchResult>(ClientTokens.Conflict(used));
        }

        var rules = new InputRules();
        State.Check(batch, rules);
        if (rules.Errors.Count > 0)
            return Outcome.Failed<LogBatchResult>(rules.Errors);
        foreach (var param in batch.Params)
        {
            if (State.Params.TryAdd((batch.RunId, param.Key), param.Value))
                NewParams.Add((batch.RunId, param.Key), param.Value);
        }

        foreach (var tag in batch.Tags)
            Tags[(batch.RunId, tag.Key)] = tag.Value;
        var heard = batch.Metrics.Count > 0 && isHeard(batch.RunId) ? new List<LivePoint>() : null;
        var result = new LogBatchResult(batch.RunId, batch.Metrics.Count(metric => TryAdd(PointOf(batch, metric, now), heard)));
        if (heard is { Count: > 0 } && !HeardPoints.TryAdd(batch.RunId, heard))
            HeardPoints[batch.RunId].AddRange(heard);
        if (batch.ClientToken is { } token)
        {
            var record = new TokenRecord(hash, JsonSerializer.Serialize(result));
            State.Tokens.Add(token, record);
            NewTokens.Add((token, record));
        }

        return Outcome.Of(result);
    }

    private bool TryAdd(MetricPoint point, List<LivePoint>? heard)
    {
        if (present.Contains(point) || !_added.Add(point))
            return false;
        if (!State.Summaries.TryGetValue(point.Series, out var summary))
            State.Summaries.Add(point.Series, summary = new SeriesSummary());
        summary.Add(point.Point);
        _changed[point.Series] = summary;
        _runs.Add(point.Series.RunId);
        var run = State.Runs[point.Series.RunId];
        Block.Add(run.ExperimentId, point.Series, point.Point, ++run.Seq, State.GroupId);
        heard?.Add(LivePoint.Of(point, run.Seq));
        return true;
    }
}
