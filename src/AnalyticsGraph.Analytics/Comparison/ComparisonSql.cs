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
    private readonly ComparisonRequest _request;
    private readonly ComparedRuns _runs;
    private readonly SentRows _sent;

    private ComparisonSql(ComparisonRequest request, ComparedRuns runs, RunGroups? groups, MappingLimits limits)
    {
        (_request, _runs) = (request, runs);
        List<ClickHouseColumn> columns = [ClickHouseColumn.Create("id", "Int64", runs.RunIds)];
        if (request.Align == Alignment.RelativeTime)
        {
            columns.Add(ClickHouseColumn.Create("origin", "Int64", runs.Origins));
        }

        if (groups is { Names.Length: > 1 })
        {
            columns.Add(ClickHouseColumn.Create("place", "Int64", groups.GroupOf));
        }

        _sent = new SentRows("runs", limits, columns);
    }

    /// <summary>Composes the statement.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="runs">The runs; at least one.</param>
    /// <param name="withRuns">Whether the runs' own values are asked for.</param>
    /// <param name="groups">The groups, if those are asked for.</param>
    /// <param name="limits">Up to how many runs are parameters.</param>
    public static ClickHouseQuery Compose(ComparisonRequest request, ComparedRuns runs, bool withRuns, RunGroups? groups, MappingLimits limits)
    {
        var sql = new ComparisonSql(request, runs, groups, limits);
        var aligned = sql.Aligned();
        var text = (withRuns, groups) switch
        {
            (_, null) => OfRuns(aligned),
            (false, _) => sql.OfGroups(aligned, groups),
            _ => $"SELECT *, nan AS low, nan AS high, nan AS deviation FROM ({OfRuns(aligned)})\nUNION ALL\n{sql.OfGroups(aligned, groups)}",
        };
        return sql._sent.AddTo(new ClickHouseQuery(text) { Parameters = sql._parameters });
    }

    private static string OfRuns(string aligned) => $"SELECT toUInt8({RunPart}) AS part, metric, run_id AS id, position, points, sampled AS value FROM ({aligned})";

    private string OfGroups(string aligned, RunGroups groups) => $"""
        SELECT toUInt8({GroupPart}) AS part, metric, id, position, toInt64(countIf(isFinite(sampled))) AS points, avgIf(sampled, isFinite(sampled)) AS value,
            if(points = 0, nan, minIf(sampled, isFinite(sampled))) AS low, if(points = 0, nan, maxIf(sampled, isFinite(sampled))) AS high, stddevSampStableIf(sampled, isFinite(sampled)) AS deviation
        FROM (SELECT metric, {(groups.Names.Length == 1 ? "toInt64(0)" : "g.place")} AS id, position, sampled FROM ({aligned}) AS a{(groups.Names.Length == 1 ? "" : $" INNER JOIN {_sent.Table} AS g ON g.id = a.run_id")})
        GROUP BY metric, id, position
        """;

    // One row for each run, metric and position that has points.
    private string Aligned() => $"""
        SELECT run_id, {Metric()} AS metric, position, toInt64(count()) AS points, {Sampled()} AS sampled
        FROM (SELECT run_id, key, {Start()} AS position, e, s, t, v FROM {Points()}) GROUP BY run_id, key, position
        """;

    private string Sampled() => _request.Sample switch
    {
        AlignedSample.Mean => "avgIf(v, isFinite(v))",
        AlignedSample.Min => "if(countIf(isFinite(v)) = 0, nan, minIf(v, isFinite(v)))",
        AlignedSample.Max => "if(countIf(isFinite(v)) = 0, nan, maxIf(v, isFinite(v)))",
        AlignedSample.First => "if(countIf(isFinite(v)) = 0, nan, argMinIf(v, (e, s, t, v), isFinite(v)))",
        _ => "if(countIf(isFinite(v)) = 0, nan, argMaxIf(v, (e, s, t, v), isFinite(v)))",
    };

    private string Start()
    {
        var buckets = AxisBuckets.Of(_runs.First, _runs.Last, _request.Places, _request.Scale);
        return AxisSql.StartOf(
            "x", buckets.PerOctave > 0, Parameter("size", "Int64", buckets.Width + buckets.PerOctave), buckets.Origin == 0 ? null : Parameter("origin", "Int64", buckets.Origin));
    }

    // run_id, key, e (epoch), s (step), t (Unix milliseconds), v (value), x (position) of the points in the window.
    private string Points()
    {
        var position = (_request.Align, _request.Scope) switch
        {
            (Alignment.Step, "BATCH") => "toInt64(row_number() OVER (PARTITION BY p.run_id, p.key ORDER BY p.epoch, p.step, p.time, p.value)) - 1",
            (Alignment.Epoch, "BATCH") => "p.epoch",
            (Alignment.Step or Alignment.Epoch, _) => "p.step",
            (Alignment.RelativeTime, _) => "toUnixTimestamp64Milli(p.time) - o.origin",
            _ => "toUnixTimestamp64Milli(p.time)",
        };
        var origins = _request.Align == Alignment.RelativeTime ? $" INNER JOIN {_sent.Table} AS o ON o.id = p.run_id" : "";
        var window = new StringBuilder()
            .Append(_request.From is { } from ? $" AND x >= {Parameter("from", "Int64", from)}" : "")
            .Append(_request.To is { } to ? $" AND x <= {Parameter("to", "Int64", to)}" : "")
            .Append(AxisSql.Within("v", Bound("low", _request.Values.Least), Bound("high", _request.Values.Most)));
        return $"""
            (SELECT * FROM (
                SELECT p.run_id AS run_id, p.key AS key, p.epoch AS e, p.step AS s, toUnixTimestamp64Milli(p.time) AS t, p.value AS v, {position} AS x FROM metric_point AS p{origins}
                WHERE p.experiment_id IN {Parameter("experiments", "Array(Int64)", _runs.ExperimentIds)} AND p.key IN {Parameter("keys", "Array(String)", _request.Keys)}
                    AND p.label = {Parameter("label", "String", _request.Label)} AND p.run_id IN {_sent.Keys}
                    AND p.scope = {Parameter("scope", "String", _request.Scope)} AND p.rank = {Parameter("rank", "Int32", _request.Rank)})
            WHERE true{window})
            """;
    }

    private string? Bound(string name, double? value) => value is null ? null : Parameter(name, "Float64", value.Value);

    private string Metric() => _request.Keys.Length == 1 ? "toUInt32(0)" : $"toUInt32(indexOf({Parameter("keys", "Array(String)", _request.Keys)}, key) - 1)";

    private string Parameter(string name, string type, object value)
    {
        _parameters[name] = new ClickHouseParameter(type, value);
        return string.Create(CultureInfo.InvariantCulture, $"{{{name}:{type}}}");
    }
}
