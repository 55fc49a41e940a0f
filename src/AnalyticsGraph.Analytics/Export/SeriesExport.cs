using System.Globalization;
using System.Text;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Export;

/// <summary>The statement of series that are exported point by point, straight from where they lie: in the order of the table, so that nothing is sorted and memory does not grow.</summary>
/// <param name="Runs">The runs' internal ids.</param>
/// <param name="Uuids">What they are called.</param>
/// <param name="Experiments">Their experiments' internal ids: the first column of the table's order.</param>
public sealed record SeriesExport(long[] Runs, string[] Uuids, long[] Experiments)
{
    /// <summary>The metric; null for all.</summary>
    public string? Key { get; init; }

    /// <summary>The label; null for all.</summary>
    public string? Label { get; init; }

    /// <summary>The scope; null for all.</summary>
    public string? Scope { get; init; }

    /// <summary>The worker; null for all.</summary>
    public int? Rank { get; init; }

    /// <summary>The first step to include; null for no bound.</summary>
    public long? From { get; init; }

    /// <summary>The last step to include; null for no bound.</summary>
    public long? To { get; init; }

    /// <summary>Which values are included.</summary>
    public ValueWindow Values { get; init; }

    /// <summary>Composes the statement: <c>run, key, label, scope, rank, epoch, step, time, value</c>.</summary>
    /// <param name="limits">Up to how many runs are parameters.</param>
    public ClickHouseQuery Compose(MappingLimits limits)
    {
        // No run has the id 0: an empty result has its columns all the same.
        var (ids, uuids) = Runs.Length == 0 ? ([0], [""]) : (Runs, Uuids);
        var sent = new SentRows("runs", limits, [ClickHouseColumn.Create("id", "Int64", ids), ClickHouseColumn.FromObjects("uuid", "String", uuids)]);
        var parameters = new Dictionary<string, ClickHouseParameter> { ["experiments"] = new("Array(Int64)", Experiments.Distinct().ToArray()) };
        var conditions = new StringBuilder();
        Require("key", "=", "String", Key);
        Require("label", "=", "String", Label);
        Require("scope", "=", "String", Scope);
        Require("rank", "=", "Int32", Rank);
        Require("step", ">=", "Int64", From, "from");
        Require("step", "<=", "Int64", To, "to");
        conditions.Append(AxisSql.Within("p.value", Bound("minValue", Values.Least), Bound("maxValue", Values.Most)));

        // A NaN may have a sign, which ClickHouse would write. A join would break the order that the table has; a constant does not.
        return sent.AddTo(new ClickHouseQuery($"""
            WITH (SELECT groupArray((r.id, r.uuid)) FROM {sent.Table} AS r) AS names
            SELECT transform(p.run_id, names.1, names.2, '') AS run, toString(p.key) AS key, toString(p.label) AS label, toString(p.scope) AS scope, p.rank AS rank, p.epoch AS epoch,
                p.step AS step, p.time AS time, if(isNaN(p.value), nan, p.value) AS value
            FROM metric_point AS p WHERE p.experiment_id IN {"{experiments:Array(Int64)}"} AND p.run_id IN {sent.Keys}{conditions}
            ORDER BY p.experiment_id, p.key, p.label, p.run_id, p.scope, p.rank, p.epoch, p.step, p.time
            """)
        {
            Parameters = parameters,
            Settings = new Dictionary<string, string> { ["optimize_read_in_order"] = "1" },
        });

        string? Bound(string name, double? value)
        {
            if (value is { } bound)
            {
                parameters.Add(name, new ClickHouseParameter("Float64", bound));
            }

            return value is null ? null : $"{{{name}:Float64}}";
        }

        void Require(string column, string comparison, string type, object? value, string? name = null)
        {
            if (value is not null)
            {
                conditions.Append(CultureInfo.InvariantCulture, $" AND p.{column} {comparison} {{{name ?? column}:{type}}}");
                parameters.Add(name ?? column, new ClickHouseParameter(type, value));
            }
        }
    }
}
