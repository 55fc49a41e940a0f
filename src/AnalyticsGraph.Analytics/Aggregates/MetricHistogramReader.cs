using System.Globalization;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>Answers <c>metricHistogram</c> by one query of ClickHouse: the bounds are found and the values counted in it.</summary>
internal sealed class MetricHistogramReader(MappedResolvers mapped, IPendingPoints pending, AggregateLimits limits)
{
    private const int MostBins = 1000;

    /// <summary>Reads the histogram.</summary>
    public async ValueTask<MetricHistogram> ReadAsync(StepContext context)
    {
        var arguments = context.Arguments;
        var bins = arguments.Get("bins", 20);
        if (bins is < 1 or > MostBins)
        {
            throw ArgumentErrors.BadInput("bins", $"`bins` must be from 1 to {MostBins}.");
        }

        var (from, to) = (Bound(arguments, "from"), Bound(arguments, "to"));
        if (from >= to)
        {
            throw ArgumentErrors.BadInput("from", $"`from` {from} must be less than `to` {to}.");
        }

        var series = MetricSelection.Read(arguments) with { Keys = [ArgumentErrors.Storable("key", arguments.Get<string>("key")!)] };
        var summary = arguments.Get<string>("of") == "SUMMARIES" ? new SummaryValue(arguments.Get("stat", "LATEST"), null) : null;
        var selecting = SelectedRuns.ReadAsync(mapped, context.Request, arguments.Get<ArgumentValues>("where"), [], limits);
        var points = await mapped.FilterAsync(context.Request, "MetricPoint", arguments.Get<ArgumentValues>("points")).ConfigureAwait(false);
        var runs = await selecting.ConfigureAwait(false);
        var isStored = summary is not null && points.IsEverything;
        var sql = points.NewStatement();

        // Halves: the difference of two large numbers is no infinity then. The quotient is rounded: a value that it brings across an edge, or to the end, is where the edges say.
        sql.Append("SELECT b.low AS low, b.high AS high, toInt64(multiIf(isNaN(v), -3, v = -inf OR v < b.low, -2, v = inf OR v > b.high, -1, b.low = b.high, 0, (least(floor((v / 2 - b.low / 2) / (b.high / 2 - b.low / 2) * ")
            .AppendNumber(bins).Append("), ").AppendNumber(bins - 1).Append(") AS near) + (near < ").AppendNumber(bins - 1).Append(" AND v >= ");
        AppendEdge("near + 1");
        sql.Append(") - (near > 0 AND v < ");
        AppendEdge("near");
        sql.Append("))) AS bin, toInt64(count()) AS n FROM (");
        AppendValues();
        sql.Append(") AS x CROSS JOIN (SELECT ");
        AppendBound("min", from);
        sql.Append(" AS low, ");
        AppendBound("max", to);
        sql.Append(" AS high FROM (");
        AppendValues();
        sql.Append(")) AS b GROUP BY low, high, bin");

        var counts = new long[bins + 3];
        var (low, high) = (double.NaN, double.NaN);
        await context.Request.Get<StoreSessions>().ClickHouse!.ReadCaughtUpAsync(runs.AddTo(sql.ToClickHouseQuery()), Read, context.Request.CancellationToken, isStored ? pending.CopySummariesAsync : null).ConfigureAwait(false);
        var edges = !(low <= high) ? [] : low.Equals(high) ? new[] { low, high } : Enumerable.Range(0, bins + 1).Select(Edge).ToArray();
        return new MetricHistogram(edges, edges.Length == 0 ? [] : counts[3..(edges.Length + 2)], counts.Sum(), counts[0], counts[1], counts[2]);

        // The edges between bins are the same numbers in both.
        double Edge(int bin) => bin == 0 ? low : bin == bins ? high : 2 * ((low / 2) + (((high / 2) - (low / 2)) / bins * bin));
        void AppendEdge(string bin) => sql.Append("2 * (b.low / 2 + (b.high / 2 - b.low / 2) / ").AppendNumber(bins).Append($" * ({bin}))");

        void AppendValues()
        {
            sql.Append("SELECT ").Append(summary is null ? "p.value" : $"ifNull({(isStored ? summary.StoredSql : summary.Sql(""))}, nan)").Append(" AS v FROM ");
            if (isStored)
            {
                sql.Append(SummaryValue.Stored).Append(" WHERE TRUE");
            }
            else
            {
                points.AppendTable(sql, "p");
                sql.Append(" WHERE ");
                points.AppendTo(sql, "p");
            }

            series.AppendAnd(sql);
            runs.AppendAnd(sql);
            sql.Append(summary is null || isStored ? "" : " GROUP BY p.experiment_id, p.run_id, p.key, p.label, p.scope, p.rank");
        }

        // Without a finite value there are no bins: a bound is NaN.
        void AppendBound(string function, double? given)
        {
            if (given is { } bound)
            {
                sql.Append("any(").AppendParameter(bound, SqlType.Double).Append(')');
            }
            else
            {
                sql.Append($"if(countIf(isFinite(v)) = 0, nan, {function}If(v, isFinite(v)))");
            }
        }

        void Read(Block block)
        {
            for (var row = 0; row < block.RowCount; row++)
            {
                (low, high) = (block.Column<double>("low")[row], block.Column<double>("high")[row]);
                counts[block.Column<long>("bin")[row] + 3] += block.Column<long>("n")[row];
            }
        }
    }

    private static double? Bound(ArgumentValues arguments, string name) => !arguments.TryGet(name, out var given) || given is null ? null
        : Convert.ToDouble(given, CultureInfo.InvariantCulture) is var bound && double.IsFinite(bound) ? bound
        : throw ArgumentErrors.BadInput(name, $"`{name}` must be a finite number.");
}
