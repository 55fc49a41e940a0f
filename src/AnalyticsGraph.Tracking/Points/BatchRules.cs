using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What calls that add to runs must keep to, whatever the state of the runs.</summary>
internal static class BatchRules
{
    public const int MostRows = 10_000;

    public static InputRules Check(LogBatchRequest batch)
    {
        var rules = new InputRules();
        if (batch.Metrics.Count > InputRules.MostMetrics)
            rules.Invalid($"There are {batch.Metrics.Count} metrics; the most in one call are {InputRules.MostMetrics}. Send several calls.", "input", "metrics");
        Points(rules, batch.Metrics, "input", "metrics");
        rules.Pairs(batch.Params, InputRules.MostParams, InputRules.LongestParam, "param", "params");
        rules.Pairs(batch.Tags, InputRules.MostTags, InputRules.LongestTag, "tag", "tags");
        rules.Token(batch.ClientToken);
        return rules;
    }

    public static InputRules Check(LogMetricsRequest request)
    {
        var rules = new InputRules();
        Some(rules, request.Runs.Count, "run", "runs");
        Most(rules, request.Runs.Sum(run => run.Metrics.Count), "metrics", "runs");
        for (var i = 0; i < request.Runs.Count; i++)
            Points(rules, request.Runs[i].Metrics, "input", "runs", i, "metrics");
        rules.Token(request.ClientToken);
        return rules;
    }

    public static InputRules Check(LogEpochsRequest request)
    {
        var rules = new InputRules();
        Some(rules, request.Epochs.Count, "epoch", "epochs");
        Most(rules, request.Epochs.Sum(epoch => 1 + Values(epoch.Metrics)), "epochs and values", "epochs");
        var seen = new HashSet<long>();
        for (var i = 0; i < request.Epochs.Count; i++)
        {
            var epoch = request.Epochs[i];
            Index(rules, epoch.Index, "input", "epochs", i, "index");
            if (!seen.Add(epoch.Index))
                rules.Invalid($"Epoch {epoch.Index} stands twice.", "input", "epochs", i, "index");
            rules.Time(epoch.Time, "The time", "input", "epochs", i, "time");
            Metrics(rules, epoch.Metrics, "input", "epochs", i, "metrics");
        }

        rules.Token(request.ClientToken);
        return rules;
    }

    public static InputRules Check(LogBatchesRequest request)
    {
        var rules = new InputRules();
        Some(rules, request.Batches.Count, "batch", "batches");
        Most(rules, request.Batches.Sum(batch => 1 + Values(batch.Metrics)), "batches and values", "batches");
        var seen = new HashSet<(long, long)>();
        for (var i = 0; i < request.Batches.Count; i++)
        {
            var batch = request.Batches[i];
            Index(rules, batch.EpochIndex, "input", "batches", i, "epochIndex");
            Index(rules, batch.Index, "input", "batches", i, "index");
            if (!seen.Add((batch.EpochIndex, batch.Index)))
                rules.Invalid($"Batch {batch.Index} of epoch {batch.EpochIndex} stands twice.", "input", "batches", i, "index");
            rules.Time(batch.Time, "The time", "input", "batches", i, "time");
            Metrics(rules, batch.Metrics, "input", "batches", i, "metrics");
        }

        rules.Token(request.ClientToken);
        return rules;
    }

    public static InputRules Check(LogResultsRequest request)
    {
        var rules = new InputRules();
        Most(rules, Values(request.Metrics), "values", "metrics");
        rules.Time(request.Time, "The time", "input", "time");
        Metrics(rules, request.Metrics, "input", "metrics");
        rules.Token(request.ClientToken);
        return rules;
    }

    /// <summary>A place, counted from 0.</summary>
    public static void Index(InputRules rules, long index, params object[] path)
    {
        if (index < 0)
            rules.Invalid($"The index is {index}; they count from 0.", path);
    }

    /// <summary>That there is something to do.</summary>
    public static void Some(InputRules rules, int count, string what, string field)
    {
        if (count == 0)
            rules.Invalid($"There is no {what}; give at least one.", "input", field);
    }

    /// <summary>That there is not too much of it.</summary>
    public static void Most(InputRules rules, int count, string what, string field)
    {
        if (count > MostRows)
            rules.Invalid($"There are {count} {what}; the most in one call are {MostRows}. Send several calls.", "input", field);
    }

    /// <summary>Names with a number each, none of them twice.</summary>
    public static void Names<T>(InputRules rules, IReadOnlyList<T> named, Func<T, string> nameOf, string what, string field, params object[] path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < named.Count; i++)
        {
            var name = nameOf(named[i]);
            rules.Name(name, InputRules.LongestKey, $"The {what}", [.. path, i, field]);
            if (!seen.Add(name))
                rules.Invalid($"The {what} '{InputRules.Shortened(name)}' stands twice.", [.. path, i, field]);
        }
    }

    private static int Values(IReadOnlyList<MetricValue> metrics) => metrics.Sum(metric => metric.PerLabel.Count + 1);

    private static void Points(InputRules rules, IReadOnlyList<MetricInput> metrics, params object[] path)
    {
        for (var i = 0; i < metrics.Count; i++)
        {
            var metric = metrics[i];

            // Nearly all points: nothing to tell, so no paths are made.
            if (InputRules.IsPlainKey(metric.Key) && metric.Label.Length == 0 && metric.Rank >= 0 && metric.Scope == MetricScope.Run && metric.Epoch == 0 && InputRules.IsInRange(metric.Time))
                continue;
            rules.Key(metric.Key, "The metric's key", [.. path, i, "key"]);
            rules.Text(metric.Label, InputRules.LongestKey, "The label", [.. path, i, "label"]);
            Rank(rules, metric.Rank, [.. path, i, "rank"]);
            if (metric.Scope.FindWrongPlace(metric.Epoch, metric.Step) is { } wrong)
                rules.Invalid(wrong.Message, [.. path, i, wrong.Name]);
            rules.Time(metric.Time, "The time", [.. path, i, "time"]);
        }
    }

    private static void Metrics(InputRules rules, IReadOnlyList<MetricValue> metrics, params object[] path)
    {
        var seen = new HashSet<(string, int)>();
        for (var i = 0; i < metrics.Count; i++)
        {
            var metric = metrics[i];
            rules.Key(metric.Key, "The metric's key", [.. path, i, "key"]);
            if (!seen.Add((metric.Key, metric.Rank)))
                rules.Invalid($"The metric '{InputRules.Shortened(metric.Key)}' stands twice.", [.. path, i, "key"]);
            Rank(rules, metric.Rank, [.. path, i, "rank"]);
            if (metric.Total is null && metric.PerLabel.Count == 0)
                rules.Invalid("The metric has no value: give a total, values for labels, or both.", [.. path, i]);
            Names(rules, metric.PerLabel, label => label.Key, "label", "name", [.. path, i, "perLabel"]);
        }
    }

    private static void Rank(InputRules rules, int rank, params object[] path)
    {
        if (rank < 0)
            rules.Invalid($"The rank is {rank}; workers count from 0.", path);
    }
}
