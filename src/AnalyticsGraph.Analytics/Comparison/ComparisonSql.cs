using System.Globalization;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>
/// The one ClickHouse statement of a comparison. Rows are <c>part, metric, id, position, points, sampled</c>, in no order: of a run (<see cref="RunPart"/>: <c>id</c> is the run's, <c>points</c> how many
/// points it has at the position) or of a group (<see cref="GroupPart"/>: its place, how many runs have a finite value there, their mean; then also <c>low, high, deviation</c>). A value is NaN where no
/// point is finite.
/// </summary>
internal sealed class ComparisonSql
{
    /// <summary>Marks rows of runs.</summary>
    public const byte RunPart = 0;

    /// <summary>Marks rows of groups.</summary>
    public const byte GroupPart = 1;

    private readonly Dictionary<string, ClickHouseParameter> _parameters = [];
    private readonly List<SentRows> _sent = [];
    private readonly ComparisonRequest _request;
    private readonly ComparedRuns _runs;
    private readonly MappingLimits _limits;
    private bool _isJoined;

    private ComparisonSql(ComparisonRequest request, ComparedRuns runs, MappingLimits limits) => (_request, _runs, _limits) = (request, runs, limits);

    /// <summary>Composes the statement.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="runs">The runs; at least one.</param>
    /// <param name="withRuns">Whether the runs' own values are asked for.</param>
    /// <param name="groups">The groups, if those are asked for.</param>
    /// <param name="limits">Up to how many runs are parameters.</param>
    public static ClickHouseQuery Compose(ComparisonRequest request, ComparedRuns runs, bool withRuns, RunGroups? groups, MappingLimits limits)
    {
        var sql = new ComparisonSql(request, runs, limits);
        if (groups is null)
        {
            return sql.ToQuery(sql.Aligned($"toUInt8({RunPart}) AS part, "));
        }

        var aligned = sql.Aligned("");
        var text = sql.OfGroups(aligned, groups);
        return sql.ToQuery(withRuns ? $"SELECT toUInt8({RunPart}) AS part, *, nan AS low, nan AS high, nan AS deviation FROM ({aligned})\nUNION ALL\n{text}" : text);
    }

    // A row for each run, metric and position that has points: metric, id, position, points, sampled; in front of them what else is selected.
    private string Aligned(string selected) => _runs.Rolled.Count == 0
        ? OfPoints(selected, _request.Keys, _runs.RunIds)
        : string.Join("\nUNION ALL\n", _request.Keys.SelectMany((_, metric) => OfMetric(selected, metric)));

    private ClickHouseQuery ToQuery(string text) => _sent.Aggregate(
        new ClickHouseQuery(text) { Parameters = _parameters, Settings = _runs.Rolled.Count == 0 && !_isJoined ? SeriesSql.LookUp : new Dictionary<string, string>() }, (query, sent) => sent.AddTo(query));

    private string OfGroups(string aligned, RunGroups groups)
    {
        var (place, join) = ("toInt64(0)", "");
        if (groups.Names.Length > 1)
        {
            (place, join) = ("g.place", $" INNER JOIN {Sent(_runs.RunIds, ("place", groups.GroupOf)).Table} AS g ON g.id = a.id");
            _isJoined = true;
        }

        return $"""
            SELECT toUInt8({GroupPart}) AS part, metric, place AS id, position, toInt64(countIf(isFinite(value))) AS points, avgIf(value, isFinite(value)) AS sampled,
                if(points = 0, nan, minIf(value, isFinite(value))) AS low, if(points = 0, nan, maxIf(value, isFinite(value))) AS high, stddevSampStableIf(value, isFinite(value)) AS deviation
            FROM (SELECT metric, {place} AS place, position, sampled AS value FROM ({aligned}) AS a{join})
            GROUP BY metric, place, position
            """;
    }

    // Runs whose points of a metric are read, and those whose rollups of one width are.
    private IEnumerable<string> OfMetric(string selected, int metric)
    {
        var rolled = _runs.Rolled.Where(series => series.Metric == metric).ToLookup(series => series.Width);
        long[] others = [.. _runs.RunIds.Except(_runs.Rolled.Where(series => series.Metric == metric).Select(series => series.RunId))];
        if (others.Length > 0)
        {
            yield return OfPoints(selected, [_request.Keys[metric]], others);
        }

        foreach (var series in rolled)
        {
            yield return OfRollups(selected, metric, [.. series], series.Key);
        }
    }

    private string OfRollups(string selected, int metric, RolledSeries[] series, long width)
    {
        long[] runs = [.. series.Select(one => one.RunId)];
        long[] seqs = [.. series.Select(one => one.Seq)];
        var name = string.Create(CultureInfo.InvariantCulture, $"{metric}_{width}");
        var seq = $"transform(run_id, {Parameter($"rolled{name}", "Array(Int64)", runs)}, {Parameter($"seqs{name}", "Array(Int64)", seqs)}, toInt64(0))";
        var rows = RollupSql.Rows(
            Series([_request.Keys[metric]], Sent(runs)), width, seq, Parameter($"seq{name}", "Int64", seqs.Min()), _request.From, _request.To);
        var sampled = _request.Sample switch
        {
            AlignedSample.Mean => "sum(total) / sum(finite)",
            AlignedSample.Min => "if(sum(finite) = 0, nan, minIf(least.1, finite > 0))",
            AlignedSample.Max => "if(sum(finite) = 0, nan, maxIf(most.1, finite > 0))",
            AlignedSample.First => "if(sum(finite) = 0, nan, argMinIf(head.3, head, finite > 0))",
            _ => "if(sum(finite) = 0, nan, argMaxIf(tail.3, tail, finite > 0))",
        };
        return $"SELECT {selected}toUInt32({metric}) AS metric, run_id AS id, {Start("s")} AS position, sum(n) AS points, {sampled} AS sampled FROM {rows} GROUP BY id, position";
    }

    private string OfPoints(string selected, string[] keys, long[] runs)
    {
        var (points, position) = Points(keys, runs);
        return $"""
            SELECT {selected}{Metric(keys)} AS metric, p.run_id AS id, {Start(position)} AS position, toInt64(count()) AS points, {Sampled()} AS sampled
            FROM {points} GROUP BY id, position{(keys.Length == 1 ? "" : ", metric")}
            """;
    }

    private string Sampled() => _request.Sample switch
    {
        AlignedSample.Mean => "avgIf(p.value, isFinite(p.value))",
        AlignedSample.Min => "if(countIf(isFinite(p.value)) = 0, nan, minIf(p.value, isFinite(p.value)))",
        AlignedSample.Max => "if(countIf(isFinite(p.value)) = 0, nan, maxIf(p.value, isFinite(p.value)))",
        AlignedSample.First => "if(countIf(isFinite(p.value)) = 0, nan, argMinIf(p.value, (p.epoch, p.step, p.time, p.value), isFinite(p.value)))",
        _ => "if(countIf(isFinite(p.value)) = 0, nan, argMaxIf(p.value, (p.epoch, p.step, p.time, p.value), isFinite(p.value)))",
    };

    private string Start(string position)
    {
        var buckets = _runs.Buckets(_request);
        return AxisSql.StartOf(
            position,
            buckets.PerOctave > 0,
            Parameter("size", "Int64", Math.Max(buckets.Width + buckets.PerOctave, 1)),
            buckets.Origin == 0 ? null : Parameter("origin", "Int64", buckets.Origin),
            buckets.Lowest is var (last, start) && _runs.First <= last ? (Parameter("lowest", "Int64", last), Parameter("start", "Int64", start)) : null);
    }

    // What stands behind FROM: the points in the window, as p; and their position.
    private (string Points, string Position) Points(string[] keys, long[] runs)
    {
        var relative = _request.Align == Alignment.RelativeTime;
        var sent = relative ? Sent(runs, ("origin", _runs.Origins)) : Sent(runs);
        var stored = $"metric_point AS p{(relative ? $" INNER JOIN {sent.Table} AS o ON o.id = p.run_id" : "")} WHERE {Series(keys, sent)}";
        _isJoined |= relative;
        if ((_request.Align, _request.Scope) is (Alignment.Step, "BATCH"))
        {
            var ordinal = "toInt64(row_number() OVER (PARTITION BY p.run_id, p.key ORDER BY p.epoch, p.step, p.time, p.value)) - 1";
            return ($"(SELECT p.run_id AS run_id, p.key AS key, p.epoch AS epoch, p.step AS step, p.time AS time, p.value AS value, {ordinal} AS ordinal FROM {stored}) AS p WHERE true{Window("p.ordinal")}", "p.ordinal");
        }

        var position = (_request.Align, _request.Scope) switch
        {
            (Alignment.Epoch, "BATCH") => "p.epoch",
            (Alignment.Step or Alignment.Epoch, _) => "p.step",
            (Alignment.RelativeTime, _) => "(toUnixTimestamp64Milli(p.time) - o.origin)",
            _ => "toUnixTimestamp64Milli(p.time)",
        };
        return (stored + Window(position), position);
    }

    private string Window(string position) =>
        (_request.From is { } from ? $" AND {position} >= {Parameter("from", "Int64", from)}" : "")
        + (_request.To is { } to ? $" AND {position} <= {Parameter("to", "Int64", to)}" : "")
        + AxisSql.Within("p.value", Bound("low", _request.Values.Least), Bound("high", _request.Values.Most));

    private string? Bound(string name, double? value) => value is null ? null : Parameter(name, "Float64", value.Value);

    private string Series(string[] keys, SentRows runs) => $"""
        experiment_id IN {Parameter("experiments", "Array(Int64)", _runs.ExperimentIds)} AND key {(keys is [var key] ? $"= {Parameter(KeysName(keys), "String", key)}" : $"IN {Parameter(KeysName(keys), "Array(String)", keys)}")}
            AND label = {Parameter("label", "String", _request.Label)} AND run_id IN {runs.Keys}
            AND scope = {Parameter("scope", "String", _request.Scope)} AND rank = {Parameter("rank", "Int32", _request.Rank)}
        """;

    private string Metric(string[] keys) => keys.Length == 1
        ? string.Create(CultureInfo.InvariantCulture, $"toUInt32({Array.IndexOf(_request.Keys, keys[0])})")
        : $"toUInt32(indexOf({Parameter(KeysName(keys), "Array(String)", keys)}, key) - 1)";

    private string KeysName(string[] keys) => keys == _request.Keys ? "keys" : string.Create(CultureInfo.InvariantCulture, $"key{Array.IndexOf(_request.Keys, keys[0])}");

    private SentRows Sent(long[] runs, params (string Name, long[] Values)[] columns)
    {
        var sent = new SentRows(
            string.Create(CultureInfo.InvariantCulture, $"runs{_sent.Count}"), _limits, [ClickHouseColumn.Create("id", "Int64", runs), .. columns.Select(column => ClickHouseColumn.Create(column.Name, "Int64", column.Values))]);
        _sent.Add(sent);
        return sent;
    }

    private string Parameter(string name, string type, object value)
    {
        _parameters[name] = new ClickHouseParameter(type, value);
        return string.Create(CultureInfo.InvariantCulture, $"{{{name}:{type}}}");
    }
}
