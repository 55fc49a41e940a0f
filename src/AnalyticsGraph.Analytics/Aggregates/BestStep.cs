using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>The step at which a metric of a run is best.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Label">The label within it; empty for the total.</param>
/// <param name="Stat">What is best: <c>MIN</c>, <c>MAX</c> (ties take the first step) or <c>LAST</c>.</param>
internal sealed record BestStep(string Key, string Label, string Stat)
{
    /// <summary>Reads a coerced <c>BestStepInput</c>.</summary>
    /// <param name="input">The input.</param>
    /// <param name="path">Its place in the arguments.</param>
    public static BestStep Read(ArgumentValues input, string path) => new(
        ArgumentErrors.Storable($"{path}.key", input.Get<string>("key")!), ArgumentErrors.Storable($"{path}.label", input.Get("label", "")), input.Get<string>("stat")!);

    /// <summary>The place of the best point of the rows of a group, as a tuple of epoch, step and time.</summary>
    public string Place => Stat switch
    {
        "MIN" => "argMinIf((p.epoch, p.step, p.time), (p.value, p.epoch, p.step, p.time), NOT isNaN(p.value))",
        "MAX" => "argMaxIf((p.epoch, p.step, p.time), (p.value, -p.epoch, -p.step, -toUnixTimestamp64Milli(p.time)), NOT isNaN(p.value))",
        _ => "max((p.epoch, p.step, p.time))",
    };

    /// <summary>Whether there is a best point: a metric of nothing but NaN has a last one, no least or greatest one.</summary>
    public string Exists => Stat == "LAST" ? "TRUE" : "countIf(NOT isNaN(p.value)) > 0";
}
