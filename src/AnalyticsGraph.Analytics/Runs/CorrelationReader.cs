using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>Answers <c>correlations</c>: the summaries and params of runs from PostgreSQL, correlated here.</summary>
internal sealed class CorrelationReader(RunQuestions runs)
{
    /// <summary>Reads all factors, the most important first.</summary>
    public async ValueTask<IReadOnlyList<Correlation>> ReadAsync(StepContext context)
    {
        var target = RunMetricValue.Read(context.Arguments.Get<ArgumentValues>("target")!, "target");
        var where = context.Arguments.Get<ArgumentValues>("where");
        var metrics = runs.Read(context, "metrics", (entry, path) => RunMetricValue.Read((ArgumentValues)entry, path));
        var named = context.Arguments.Get<object?[]>("params") is null ? null
            : runs.Read(context, "params", (entry, path) => ArgumentErrors.Storable(path, (string)entry)).ToHashSet(StringComparer.Ordinal);
        var ofMetrics = runs.SelectAsync(context, where, [target.Column, .. metrics.Select(metric => metric.Column)]);
        var params_ = named is { Count: 0 } ? null : await runs.SelectAsync(context, where, [target.Column, new RowColumn("key", "params"), new RowColumn("value", "params"), new RowColumn("number", "params")]).ConfigureAwait(false);
        var summaries = await ofMetrics.ConfigureAwait(false);
        var found = OfMetrics(summaries, metrics).Concat(params_ is null ? [] : OfParams(params_, named));
        return [.. found.OrderBy(factor => factor.Importance is null).ThenByDescending(factor => factor.Importance).ThenBy(factor => factor.Kind).ThenBy(factor => factor.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<Correlation> OfMetrics(SelectedRows rows, IReadOnlyList<RunMetricValue> metrics)
    {
        var targets = rows.Numbers(0);
        return metrics.Select((metric, i) => Correlation.OfNumbers(FactorKind.Metric, metric.Name, [.. Pairs(rows.Numbers(i + 1), targets)]));
    }

    private static IEnumerable<Correlation> OfParams(SelectedRows rows, HashSet<string>? named)
    {
        var (targets, keys, texts, numbers) = (rows.Numbers(0), rows.Texts(1), rows.Texts(2), rows.Numbers(3));
        foreach (var param in Enumerable.Range(0, rows.Count).Where(row => keys[row] is { } key && named?.Contains(key) != false).GroupBy(row => keys[row]!, StringComparer.Ordinal))
        {
            // A param is one of numbers if each of its values is one: `auto` among them makes it one of texts.
            var all = param.ToList();
            yield return all.TrueForAll(row => numbers[row] is not null)
                ? Correlation.OfNumbers(FactorKind.Param, param.Key, [.. Pairs([.. all.Select(row => numbers[row])], [.. all.Select(row => targets[row])])])
                : Correlation.OfTexts(param.Key, [.. all.Where(row => targets[row] is { } target && double.IsFinite(target)).Select(row => (texts[row]!, targets[row]!.Value))]);
        }
    }

    private static IEnumerable<(double, double)> Pairs(double?[] factors, double?[] targets) => factors.Zip(targets)
        .Where(pair => pair is ({ } factor, { } target) && double.IsFinite(factor) && double.IsFinite(target)).Select(pair => (pair.First!.Value, pair.Second!.Value));
}
