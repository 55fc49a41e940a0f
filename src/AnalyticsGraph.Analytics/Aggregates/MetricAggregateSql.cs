using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>Composes the one statement of ClickHouse that answers a question: columns <c>d0, d1 ...</c> of what is grouped by, <c>m0, m1 ...</c> of the measures.</summary>
internal sealed class MetricAggregateSql(MetricQuestion question, SelectedRuns runs, MappedFilter points, MetricPage page)
{
    private readonly SqlBuilder _sql = points.NewStatement();

    /// <summary>Whether it reads the summaries that are kept, rather than computes them from points: a condition on points, or the best step of another metric, needs those.</summary>
    public bool IsOfStoredSummaries { get; } = question.OfSummaries && question.Bests.Count == 0 && points.IsEverything;

    /// <summary>Composes it.</summary>
    public ClickHouseQuery Compose()
    {
        _sql.Append("SELECT * FROM (SELECT ");
        var coded = 0;
        for (var i = 0; i < question.Dimensions.Count; i++)
        {
            AppendDimension(question.Dimensions[i], ref coded);
            _sql.Append(" AS d").AppendNumber(i).Append(", ");
        }

        for (var i = 0; i < question.Measures.Count; i++)
        {
            _sql.Append(i == 0 ? "" : ", ");
            AppendMeasure(question.Measures[i]);
            _sql.Append(" AS m").AppendNumber(i);
        }

        _sql.Append(" FROM ");
        if (question.OfSummaries)
        {
            _sql.Append('(');
            AppendSummaries();
            _sql.Append(") AS p");
            runs.AppendJoin(_sql);
        }
        else
        {
            points.AppendTable(_sql, "p");
            runs.AppendJoin(_sql);
            AppendWhere(question.Series);
        }

        for (var i = 0; i < question.Dimensions.Count; i++)
        {
            _sql.Append(i == 0 ? " GROUP BY d" : ", d").AppendNumber(i);
        }

        _sql.Append(") AS g WHERE TRUE");
        foreach (var (measure, operators) in question.Having)
        {
            _sql.Append(" AND (");
            points.AppendConditions(_sql, "g", $"m{measure}", operators, "having");
            _sql.Append(')');
        }

        page.AppendAndAfter(_sql);
        page.AppendOrder(_sql);
        _sql.Append(" LIMIT ").AppendParameter(question.First + 1L, SqlType.Int64);

        // Days and months of times beyond 2106 or before 1970 are days and months all the same.
        return runs.AddTo(_sql.ToClickHouseQuery()).WithSetting("enable_extended_results_for_datetime_functions", "1");
    }

    private void AppendDimension(MetricDimension dimension, ref int coded)
    {
        if (dimension.OfRun is not null)
        {
            _sql.Append("r.c").AppendNumber(coded++);
            return;
        }

        var column = $"p.{dimension.Column}";
        switch (dimension.Kind)
        {
            case DataColumnKind.Text:
                _sql.Append($"toString({column})");
                break;
            case DataColumnKind.Time when dimension.Unit is { } unit:
                _sql.Append($"toUnixTimestamp64Milli(toDateTime64(dateTrunc('{unit}', {column}, ").AppendParameter(dimension.Zone, SqlType.Text).Append("), 3, ").AppendParameter(dimension.Zone, SqlType.Text).Append("))");
                break;
            case DataColumnKind.Time:
                _sql.Append($"toUnixTimestamp64Milli({column})");
                break;
            case DataColumnKind.Integer when dimension.Width is { } width:
                var lowest = new AxisBuckets((long)width, 0, 0).Lowest ?? (long.MinValue, long.MinValue);
                _sql.Append($"if(toInt64({column}) <= ").AppendParameter(lowest.Last, SqlType.Int64).Append(", ").AppendParameter(lowest.Start, SqlType.Int64)
                    .Append($", toInt64({column}) - positiveModulo(toInt64({column}), ").AppendParameter((long)width, SqlType.Int64).Append("))");
                break;
            default:
                _sql.Append($"toInt64({column})");
                break;
        }
    }

    private void AppendMeasure(MetricMeasure measure)
    {
        var value = question.OfSummaries ? $"p.s{Enumerable.Range(0, question.Summaries.Count).First(i => question.Summaries[i] == measure.Value)}" : "p.value";

        // The function mentions the condition several times; the key is bound once for each.
        const string key = "{key}";
        var parts = measure.Sql(value, measure.Key is null || question.Series.Keys is [var only] && only == measure.Key ? null : $"p.key = {key}").Split(key);
        for (var i = 0; i < parts.Length; i++)
        {
            _ = i == 0 ? _sql : _sql.AppendParameter(measure.Key!, SqlType.Text);
            _sql.Append(parts[i]);
        }
    }

    private void AppendSummaries()
    {
        _sql.Append("SELECT p.experiment_id AS experiment_id, p.run_id AS run_id, p.key AS key, p.label AS label, p.scope AS scope, p.rank AS rank");
        for (var i = 0; i < question.Summaries.Count; i++)
        {
            var summary = question.Summaries[i];
            var best = summary.At is { } at ? $"b{Enumerable.Range(0, question.Bests.Count).First(b => question.Bests[b] == at)}" : "";
            _sql.Append(", ").Append(IsOfStoredSummaries ? summary.StoredSql : summary.Sql(best)).Append(" AS s").AppendNumber(i);
        }

        _sql.Append(" FROM ");
        if (IsOfStoredSummaries)
        {
            _sql.Append(SummaryValue.Stored).Append(" WHERE TRUE");
            question.Series.AppendAnd(_sql);
            runs.AppendAnd(_sql);
            return;
        }

        points.AppendTable(_sql, "p");
        for (var i = 0; i < question.Bests.Count; i++)
        {
            var best = question.Bests[i];
            _sql.Append(" LEFT JOIN (SELECT run_id, TRUE AS found, best.1 AS epoch, best.2 AS step FROM (SELECT p.run_id AS run_id, ").Append(best.Place).Append(" AS best FROM ");
            points.AppendTable(_sql, "p");
            AppendWhere(question.Series.Beside(best));
            _sql.Append(" GROUP BY p.run_id HAVING ").Append(best.Exists).Append(")) AS b").AppendNumber(i).Append(" ON b").AppendNumber(i).Append(".run_id = p.run_id");
        }

        AppendWhere(question.Series);
        _sql.Append(" GROUP BY p.experiment_id, p.run_id, p.key, p.label, p.scope, p.rank");
    }

    private void AppendWhere(MetricSelection series)
    {
        _sql.Append(" WHERE ");
        points.AppendTo(_sql, "p");
        series.AppendAnd(_sql);
        runs.AppendAnd(_sql);
    }
}
