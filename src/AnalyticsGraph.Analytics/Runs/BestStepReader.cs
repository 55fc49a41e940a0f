using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>Reads what metrics of runs were when another one was best: one query of ClickHouse for all runs of a level.</summary>
/// <param name="mapped">Knows who may see which points.</param>
internal sealed class BestStepReader(MappedResolvers mapped)
{
    /// <summary>Reads them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="runs">The runs' ids.</param>
    /// <param name="experiments">Their experiments' ids; null where they are not known.</param>
    /// <param name="best">What is best.</param>
    /// <param name="bestSeries">The series that it is of, but for its key and label.</param>
    /// <param name="series">The metrics to read.</param>
    /// <returns>For each run its metrics, by key; a metric without a point at the best step or before is left out.</returns>
    public async Task<ILookup<long, MetricAtStep>> ReadAsync(RequestContext request, long[] runs, long[]? experiments, BestStep best, MetricSelection bestSeries, MetricSelection series)
    {
        var points = await mapped.FilterAsync(request, "MetricPoint", null).ConfigureAwait(false);
        var sent = SentRows.OfKeys("runs", request.Get<MappingLimits>(), runs);
        var sql = points.NewStatement().Append("SELECT p.run_id AS run, toString(p.key) AS metric, argMax((p.epoch, p.step, toUnixTimestamp64Milli(p.time), p.value), ").Append(MetricMeasure.Place("p.value")).Append(") AS found, ")
            .Append("found.1 AS at_epoch, found.2 AS at_step, found.3 AS at_time, found.4 AS at_value FROM ");
        points.AppendTable(sql, "p");
        sql.Append(" JOIN (SELECT run_id, place.1 AS epoch, place.2 AS step FROM (SELECT p.run_id AS run_id, ").Append(best.Place).Append(" AS place FROM ");
        points.AppendTable(sql, "p");
        AppendWhere(bestSeries.Beside(best));
        sql.Append(" GROUP BY p.run_id HAVING ").Append(best.Exists).Append(")) AS b ON b.run_id = p.run_id");
        AppendWhere(series);
        sql.Append(" AND (p.epoch, p.step) <= (b.epoch, b.step) GROUP BY run, metric ORDER BY run, metric");
        var all = new List<(long Run, MetricAtStep Value)>();
        await request.Get<StoreSessions>().ClickHouse!.ReadCaughtUpAsync(sent.AddTo(sql.ToClickHouseQuery()), Read, request.CancellationToken).ConfigureAwait(false);
        return all.ToLookup(one => one.Run, one => one.Value);

        void AppendWhere(MetricSelection selection)
        {
            sql.Append(" WHERE ");
            points.AppendTo(sql, "p");
            if (experiments is not null)
            {
                sql.Append(" AND p.experiment_id IN ").AppendParameter(experiments, SqlType.Int64, isArray: true);
            }

            selection.AppendAnd(sql);
            sql.Append(" AND p.run_id IN ").Append(sent.Keys);
        }

        void Read(Block block)
        {
            for (var row = 0; row < block.RowCount; row++)
            {
                all.Add((block.Column<long>("run")[row], new MetricAtStep(
                    block.Column<string>("metric")[row], block.Column<long>("at_epoch")[row], block.Column<long>("at_step")[row], DataValue.TimeOf(block.Column<long>("at_time")[row]), block.Column<double>("at_value")[row])));
            }
        }
    }
}

/// <summary>A metric at a step.</summary>
internal sealed record MetricAtStep(string Key, long Epoch, long Step, DateTime Time, double Value);
