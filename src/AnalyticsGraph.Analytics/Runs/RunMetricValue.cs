using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>A value of one series of each run, as its summary has it.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Label">The label within it; empty for the total.</param>
/// <param name="Scope">What its points describe.</param>
/// <param name="Rank">The worker that reported it.</param>
/// <param name="Stat">Which value.</param>
internal sealed record RunMetricValue(string Key, string Label, string Scope, int Rank, string Stat)
{
    /// <summary>Reads a coerced <c>RunMetricValueInput</c>.</summary>
    /// <param name="input">The input.</param>
    /// <param name="path">Its place in the arguments.</param>
    public static RunMetricValue Read(ArgumentValues input, string path) => new(
        ArgumentErrors.Storable($"{path}.key", input.Get<string>("key")!),
        ArgumentErrors.Storable($"{path}.label", input.Get("label", "")),
        input.Get("scope", "RUN"),
        input.Get("rank", 0),
        input.Get("stat", "LATEST"));

    /// <summary>The name of its column: what tells its series from the run's own of the metric stands in it.</summary>
    public string Name => $"{Key}{(Label.Length == 0 ? "" : $"[{Label}]")}{(Scope == "RUN" ? "" : $" {Scope}")}{(Rank == 0 ? "" : $" rank {Rank}")} {Stat}";

    /// <summary>Where the value stands.</summary>
    public RowColumn Column => new(
        Stat switch { "MIN" => "min_value", "MAX" => "max_value", "FIRST" => "first_value", "MEAN" => "mean", "COUNT" => "count", _ => "last_value" },
        "metrics",
        [("scope", Scope), ("key", Key), ("label", Label), ("rank", Rank.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>Runs ordered by it: a coerced <c>RunSortInput</c>.</summary>
    /// <param name="direction">ASC or DESC.</param>
    public ArgumentValues Order(string direction) => new(new KeyValuePair<string, object?>("metric", new ArgumentValues(
        new("key", Key), new("label", Label), new("scope", Scope), new("rank", Rank), new("stat", Stat), new("direction", direction))));

    /// <summary>Its series.</summary>
    public MetricSelection Series => new([Key], Label, Scope, Rank);
}
