using System.Globalization;
using System.Text;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>
/// The one ClickHouse statement of a comparison. Rows are <c>part, metric, id, position, points, value</c>, in no order: of a run (<see cref="RunPart"/>: <c>id</c> is the run's, <c>points</c> how many
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
        var aligned = runs.Rolled.Count == 0 ? sql.OfPoints(request.Keys, runs.RunIds) : string.Join("\nUNION ALL\n", request.Keys.SelectMany((_, metric) => sql.OfMetric(metric)));
        var text = (withRuns, groups) switch
        {
            (_, null) => OfRuns(aligned),
            (false, _) => sql.OfGroups(aligned, groups),
            _ => $"SELECT *, nan AS low, nan AS high, nan AS deviation FROM ({OfRuns(aligned)})\nUNION ALL\n{sql.OfGroups(aligned, groups)}",
        };
        return sql._sent.Aggregate(new ClickHouseQuery(text) { Parameters = sql._parameters }, (query, sent) => sent.AddTo(query));
    }

    private static string OfRuns(string aligned) => $"SELECT toUInt8({RunPart}) AS part, metric, run_id AS id, position, points, sampled AS value FROM ({aligned})";

    private string OfGroups(string aligned, RunGroups groups)
    {
        var (place, join) = ("toInt64(0)", "");
        if (groups.Names.Length > 1)
        {
            (place, join) = ("g.place", $" INNER JOIN {Sent(_runs.RunIds, ("place", groups.GroupOf)).Table} AS g ON g.id = a.run_id");
        }

        return $"""
            SELECT toUInt8({GroupPart}) AS part, metric, id, position, toInt64(countIf(isFinite(sampled))) AS points, avgIf(sampled, isFinite(sampled)) AS value,
                if(points = 0, nan, minIf(sampled, isFinite(sampled))) AS low, if(points = 0, nan, maxIf(sampled, isFinite(sampled))) AS high, stddevSampStableIf(sampled, isFinite(sampled)) AS deviation
            FROM (SELECT metric, {place} AS id, position, sampled FROM ({aligned}) AS a{join})
            GROUP BY metric, id, position
            """;
    }

    // Runs whose points of a metric are read, and those whose rollups of one width are.
    private IEnumerable<string> OfMetric(int metric)
    {
        var rolled = _runs.Rolled.Where(series => series.Metric == metric).ToLookup(series => series.Width);
        long[] others = [.. _runs.RunIds.Except(_runs.Rolled.Where(series => series.Metric == metric).Select(series => series.RunId))];
        if (others.Length > 0)
        {
            yield return OfPoints([_request.Keys[metric]], others);
        }

        foreach (var series in rolled)
        {
            yield return OfRollups(metric, [.. series], series.Key);
        }
    }

    private string OfRollups(int metric, RolledSeries[] series, long width)
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
        return $"SELECT run_id, toUInt32({metric}) AS metric, {Start("s")} AS position, sum(n) AS points, {sampled} AS sampled FROM {rows} GROUP BY run_id, position";
    }

    // One row for each run, metric and position that has points.
    private string OfPoints(string[] keys, long[] runs) => $"""
        SELECT run_id, {Metric(keys)} AS metric, position, toInt64(count()) AS points, {Sampled()} AS sampled
        FROM (SELECT run_id, key, {Start("x")} AS position, e, s, t, v FROM {Points(keys, runs)}) GROUP BY run_id, key, position
        """;

    private string Sampled() => _request.Sample switch
    {
        AlignedSample.Mean => "avgIf(v, isFinite(v))",
        AlignedSample.Min => "if(countIf(isFinite(v)) = 0, nan, minIf(v, isFinite(v)))",
        AlignedSample.Max => "if(countIf(isFinite(v)) = 0, nan, maxIf(v, isFinite(v)))",
        AlignedSample.First => "if(countIf(isFinite(v)) = 0, nan, argMinIf(v, (e, s, t, v), isFinite(v)))",
        _ => "if(countIf(isFinite(v)) = 0, nan, argMaxIf(v, (e, s, t, v), isFinite(v)))",
    };

    private string Start(string position)
    {
        var buckets = _runs.Buckets(_request);
        return AxisSql.StartOf(
            position, buckets.PerOctave > 0, Parameter("size", "Int64", buckets.Width + buckets.PerOctave), buckets.Origin == 0 ? null : Parameter("origin", "Int64", buckets.Origin));
    }

    // run_id, key, e (epoch), s (step), t (Unix milliseconds), v (value), x (position) of the points in the window.
    private string Points(string[] keys, long[] runs)
    {
        var position = (_request.Align, _request.Scope) switch
        {
            (Alignment.Step, "BATCH") => "toInt64(row_number() OVER (PARTITION BY p.run_id, p.key ORDER BY p.epoch, p.step, p.time, p.value)) - 1",
            (Alignment.Epoch, "BATCH") => "p.epoch",
            (Alignment.Step or Alignment.Epoch, _) => "p.step",
            (Alignment.RelativeTime, _) => "toUnixTimestamp64Milli(p.time) - o.origin",
            _ => "toUnixTimestamp64Milli(p.time)",
        };
        var sent = _request.Align == Alignment.RelativeTime ? Sent(runs, ("origin", _runs.Origins)) : Sent(runs);
        var origins = _request.Align == Alignment.RelativeTime ? $" INNER JOIN {sent.Table} AS o ON o.id = p.run_id" : "";
        var window = new StringBuilder()
            .Append(_request.From is { } from ? $" AND x >= {Parameter("from", "Int64", from)}" : "")
            .Append(_request.To is { } to ? $" AND x <= {Parameter("to", "Int64", to)}" : "")
            .Append(AxisSql.Within("v", Bound("low", _request.Values.Least), Bound("high", _request.Values.Most)));
        return $"""
            (SELECT * FROM (
                SELECT p.run_id AS run_id, p.key AS key, p.epoch AS e, p.step AS s, toUnixTimestamp64Milli(p.time) AS t, p.value AS v, {position} AS x FROM metric_point AS p{origins}
                WHERE {Series(keys, sent)})
            WHERE true{window})
            """;
    }

    private string? Bound(string name, double? value) => value is null ? null : Parameter(name, "Float64", value.Value);

    private string Series(string[] keys, SentRows runs) => $"""
        experiment_id IN {Parameter("experiments", "Array(Int64)", _runs.ExperimentIds)} AND key IN {Parameter(KeysName(keys), "Array(String)", keys)}
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
