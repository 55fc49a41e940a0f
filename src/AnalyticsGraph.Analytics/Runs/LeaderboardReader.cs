using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>Answers <c>leaderboard</c>: the best runs by the order that PostgreSQL keeps, their columns, and one query of ClickHouse where values at the best step are asked for.</summary>
internal sealed class LeaderboardReader(RunQuestions runs, BestStepReader bestSteps)
{
    private const int MostRuns = 1000;

    /// <summary>Reads it.</summary>
    public async ValueTask<Leaderboard> ReadAsync(StepContext context)
    {
        var first = RunQuestions.First(context, MostRuns);
        var metric = RunMetricValue.Read(context.Arguments.Get<ArgumentValues>("metric")!, "metric");
        var isMax = context.Arguments.Get<string>("goal") == "MAX";
        var params_ = runs.Read(context, "params", (entry, path) => ArgumentErrors.Storable(path, (string)entry));
        var tags = runs.Read(context, "tags", (entry, path) => ArgumentErrors.Storable(path, (string)entry));
        var metrics = runs.Read(context, "metrics", (entry, path) => RunMetricValue.Read((ArgumentValues)entry, path));
        var atBest = runs.Read(context, "atBest", (entry, path) => ArgumentErrors.Storable(path, (string)entry));
        var best = atBest.Count == 0 || metric.Stat is "MIN" or "MAX" or "LATEST" ? new BestStep(metric.Key, metric.Label, metric.Stat == "LATEST" ? "LAST" : metric.Stat)
            : throw ArgumentErrors.BadInput("metric.stat", $"{metric.Stat} has no step: `atBest` needs a `metric` by LATEST, MIN or MAX.");
        var (ordered, _) = await runs.FirstAsync(context, Where(context), metric.Order(isMax ? "DESC" : "ASC"), first + 1).ConfigureAwait(false);
        var (keys, behind) = (ordered[..Math.Min(first, ordered.Length)], ordered[Math.Min(first, ordered.Length)..]);
        var rows = await runs.SelectAsync(context, OfRuns(keys), [
            new RowColumn("experiment_id"), metric.Column, .. params_.Select(key => new RowColumn("value", "params", [("key", key)])), .. tags.Select(key => new RowColumn("value", "tags", [("key", key)])), .. metrics.Select(one => one.Column),
        ]).ConfigureAwait(false);

        // In the order of the keys; runs without the metric, or whose value is NaN, are on no board, and nothing better comes behind them.
        var places = rows.Keys.Select((run, row) => (run, row)).ToDictionary(pair => pair.run, pair => pair.row);
        var values = rows.Numbers(1);
        int[] order = [.. keys.Where(places.ContainsKey).Select(key => places[key]).Where(row => values[row] is { } value && !double.IsNaN(value))];
        var texts = params_.Select((key, i) => ($"param {key}", DataColumnKind.Text, (object?[])rows.Texts(i + 2)))
            .Concat(tags.Select((key, i) => ($"tag {key}", DataColumnKind.Text, (object?[])rows.Texts(i + 2 + params_.Count))));
        var numbers = metrics.Select((one, i) => (one.Name, DataColumnKind.Number, Array.ConvertAll(rows.Numbers(i + 2 + params_.Count + tags.Count), value => (object?)value)));
        var found = atBest.Count == 0 || order.Length == 0 ? null : await bestSteps.ReadAsync(
            context.Request, [.. order.Select(row => rows.Keys[row])], [.. rows.Integers(0).Select(experiment => experiment!.Value).Distinct()], best, metric.Series, metric.Series with { Keys = [.. atBest], Label = "" }).ConfigureAwait(false);
        IEnumerable<(string, DataColumnKind, object?[])> steps = found is null ? [] : atBest.Select(key => ($"{key} at {best.Stat}", DataColumnKind.Number, rows.Keys.Select(run => found[run].FirstOrDefault(one => one.Key == key) is { } one ? (object?)one.Value : null).ToArray()));
        return new Leaderboard(
            metric.Name,
            [.. order.Select(row => (rows.Keys[row], values[row]!.Value))],
            [.. texts.Concat(numbers).Concat(steps).Select(column => (column.Item1, column.Item2, Array.ConvertAll(order, row => column.Item3[row])))],
            order.Length == first && behind.Length > 0 && await HaveAsync(context, metric, behind).ConfigureAwait(false));
    }

    // The order has runs without the metric at its end.
    private async Task<bool> HaveAsync(StepContext context, RunMetricValue metric, long[] keys)
    {
        var rows = await runs.SelectAsync(context, OfRuns(keys), [metric.Column]).ConfigureAwait(false);
        return rows.Numbers(0) is [{ } value] && !double.IsNaN(value);
    }

    private static ArgumentValues? Where(StepContext context)
    {
        var where = context.Arguments.Get<ArgumentValues>("where");
        if (context.Arguments.Get<object>("experimentId") is not string experiment)
        {
            return where;
        }

        _ = GlobalId.ParseInt64(experiment, "Experiment");
        var ofExperiment = Input("experiment", Input("id", Input("eq", experiment)));
        return where is null ? ofExperiment : Input("and", new object?[] { ofExperiment, where });
    }

    private static ArgumentValues OfRuns(long[] keys) => Input("id", Input("in", keys.Select(key => (object?)GlobalId.Of("Run", key)).ToArray()));

    private static ArgumentValues Input(string name, object? value) => new(new KeyValuePair<string, object?>(name, value));
}
