using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What a batch must keep to, whatever the state of its run.</summary>
internal static class BatchRules
{
    public static InputRules Check(LogBatchRequest batch)
    {
        var rules = new InputRules();
        if (batch.Metrics.Count > InputRules.MostMetrics)
            rules.Invalid($"There are {batch.Metrics.Count} metrics; the most in one call are {InputRules.MostMetrics}. Send several calls.", "input", "metrics");
        for (var i = 0; i < batch.Metrics.Count; i++)
        {
            var metric = batch.Metrics[i];
            rules.Key(metric.Key, "The metric's key", "input", "metrics", i, "key");
            rules.Text(metric.Label, InputRules.LongestKey, "The label", "input", "metrics", i, "label");
            if (metric.Rank < 0)
                rules.Invalid($"The rank is {metric.Rank}; workers count from 0.", "input", "metrics", i, "rank");
            if (metric.Epoch != 0 && metric.Scope != MetricScope.Batch)
                rules.Invalid($"Only points of batches have an epoch beside their step; for scope {metric.Scope.Name()} leave it out.", "input", "metrics", i, "epoch");
            rules.Time(metric.Time, "The time", "input", "metrics", i, "time");
        }

        rules.Pairs(batch.Params, InputRules.MostParams, InputRules.LongestParam, "param", "params");
        rules.Pairs(batch.Tags, InputRules.MostTags, InputRules.LongestTag, "tag", "tags");
        rules.Token(batch.ClientToken);
        return rules;
    }
}
