using System.Security.Cryptography;
using System.Text;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>What one <c>metricAggregates</c> asks.</summary>
/// <param name="Series">Which series.</param>
/// <param name="OfSummaries">Whether each series counts as one value; else its points.</param>
/// <param name="Dimensions">What is grouped by.</param>
/// <param name="Measures">What is computed of each group.</param>
/// <param name="Having">Conditions on measures: the measure's place and its operators.</param>
/// <param name="Order">The measures that the groups are ordered by, and whether the greatest comes first.</param>
/// <param name="First">The most groups of the page.</param>
/// <param name="After">The cursor that it begins after; null for the first page.</param>
internal sealed record MetricQuestion(
    MetricSelection Series,
    bool OfSummaries,
    IReadOnlyList<MetricDimension> Dimensions,
    IReadOnlyList<MetricMeasure> Measures,
    IReadOnlyList<(int Measure, ArgumentValues Operators)> Having,
    IReadOnlyList<(int Measure, bool Descending)> Order,
    int First,
    string? After)
{
    /// <summary>What of the runs is grouped by.</summary>
    public IReadOnlyList<MetricDimension> OfRuns { get; } = [.. Dimensions.Where(dimension => dimension.OfRun is not null)];

    /// <summary>The values of series that measures are of.</summary>
    public IReadOnlyList<SummaryValue> Summaries { get; } = [.. Measures.Select(measure => measure.Value).Distinct()];

    /// <summary>The metrics whose best steps are asked for.</summary>
    public IReadOnlyList<BestStep> Bests { get; } = [.. Measures.Select(measure => measure.Value.At).OfType<BestStep>().Distinct()];

    /// <summary>What tells the order of this question's groups from that of others.</summary>
    public string Signature { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', [.. Order.Select(term => $"{Measures[term.Measure]} {term.Descending}"), .. Dimensions.Select(dimension => dimension.ToString()), OfSummaries.ToString()])))[..6]);

    /// <summary>Reads and checks the arguments.</summary>
    /// <param name="arguments">The field's arguments.</param>
    /// <param name="limits">How much may be asked.</param>
    public static MetricQuestion Read(ArgumentValues arguments, AggregateLimits limits)
    {
        var ofSummaries = arguments.Get<string>("of") == "SUMMARIES";
        var dimensions = Inputs("groupBy", limits.MaxDimensions).Select((entry, i) => MetricDimension.Read(entry, $"groupBy.{i}")).ToList();
        if (ofSummaries && dimensions.FindIndex(dimension => dimension.IsOfPointsAlone) is >= 0 and var at)
        {
            throw ArgumentErrors.BadInput($"groupBy.{at}.{dimensions[at].Name}", $"A series has many of `{dimensions[at].Name}`: leave `of` out to group points by it.");
        }

        var measures = Inputs("measures", limits.MaxMeasures).Select((entry, i) => MetricMeasure.Read(entry, $"measures.{i}", ofSummaries)).ToList();
        if (measures.Count == 0)
        {
            throw ArgumentErrors.BadInput("measures", "`measures` is empty: ask for at least one, such as `{function: AVG}`.");
        }

        for (var i = 0; i < measures.Count; i++)
        {
            if (measures.FindIndex(measure => measure.Name == measures[i].Name) < i)
            {
                throw ArgumentErrors.BadInput($"measures.{i}.name", $"Two measures are called \"{measures[i].Name}\": give one of them another `name`.");
            }

            if (dimensions.Exists(dimension => dimension.Name == measures[i].Name))
            {
                throw ArgumentErrors.BadInput($"measures.{i}.name", $"Two columns are called \"{measures[i].Name}\", one of `groupBy` and a measure: give the measure another `name`.");
            }
        }

        var having = Inputs("having", limits.MaxMeasures).Select((entry, i) => (Measure(entry, $"having.{i}"), entry.Get<ArgumentValues>("value")!)).ToList();
        var order = Inputs("order", limits.MaxMeasures).Select((entry, i) => (Measure(entry, $"order.{i}"), entry.Get<string>("direction") == "DESC")).ToList();
        var first = arguments.Get("first", 100);
        return first < 0 || first > limits.MaxGroups
            ? throw ArgumentErrors.Limit("first", $"`first` must be from 0 to {limits.MaxGroups}; ask for the groups behind with `after`.")
            : new MetricQuestion(KeysOf(MetricSelection.Read(arguments), measures), ofSummaries, dimensions, measures, having, order, first, arguments.Get<string>("after"));

        IEnumerable<ArgumentValues> Inputs(string name, int most) => arguments.Get<object?[]>(name) is not { } given ? []
            : given.Length <= most ? given.Cast<ArgumentValues>()
            : throw ArgumentErrors.Limit(name, $"`{name}` has {given.Length} entries; at most {most} are allowed.");

        int Measure(ArgumentValues entry, string path)
        {
            var name = entry.Get<string>("measure");
            return measures.FindIndex(measure => measure.Name == name) is >= 0 and var found
                ? found
                : throw ArgumentErrors.BadInput($"{path}.measure", $"No measure is called \"{name}\"; there are {string.Join(", ", measures.Select(measure => $"\"{measure.Name}\""))}.");
        }
    }

    // Where every measure is of one metric, points of others would only be read to be left out.
    private static MetricSelection KeysOf(MetricSelection series, List<MetricMeasure> measures) => series.Keys is null && measures.TrueForAll(measure => measure.Key is not null)
        ? series with { Keys = [.. measures.Select(measure => measure.Key!).Distinct(StringComparer.Ordinal)] }
        : series;
}
