using System.Globalization;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>A number that is computed of each group.</summary>
/// <param name="Name">The name of its column.</param>
/// <param name="Function">The function, as the schema has it.</param>
/// <param name="Key">Of this metric alone; null for all that the groups have.</param>
/// <param name="Quantile">Which quantile, from 0 to 1.</param>
/// <param name="Value">Of summaries: which value of each series.</param>
internal sealed record MetricMeasure(string Name, string Function, string? Key, double Quantile, SummaryValue Value)
{
    /// <summary>Whether the function asks for the places of points, which summaries have not.</summary>
    public bool IsOfPointsAlone => Function is "FIRST" or "LAST" or "ARG_MIN" or "ARG_MAX" or "SLOPE";

    /// <summary>Whether it is made of sums of numbers, whose last digits depend on the order in which they were added up.</summary>
    /// <param name="ofSummaries">Whether summaries are aggregated.</param>
    public bool IsOfSums(bool ofSummaries) =>
        Function is "SUM" or "AVG" or "STDDEV" or "VARIANCE" or "SLOPE" || (ofSummaries && Value is { At: null, Stat: "MEAN" or "SUM" or "STDDEV" } && Function is "MIN" or "MAX" or "MEDIAN" or "QUANTILE");

    /// <summary>Reads an entry of <c>measures</c>.</summary>
    /// <param name="entry">A coerced input.</param>
    /// <param name="path">Its place in the arguments.</param>
    /// <param name="ofSummaries">Whether summaries are aggregated.</param>
    public static MetricMeasure Read(ArgumentValues entry, string path, bool ofSummaries)
    {
        var function = entry.Get<string>("function")!;
        var key = entry.Get<string>("key") is { } given ? ArgumentErrors.Storable($"{path}.key", given) : null;
        var quantile = entry.TryGet("quantile", out var q) && q is not null ? Convert.ToDouble(q, CultureInfo.InvariantCulture) : function == "MEDIAN" ? 0.5 : double.NaN;
        if (function == "QUANTILE" && quantile is not (>= 0 and <= 1))
        {
            throw ArgumentErrors.BadInput($"{path}.quantile", $"`{path}.quantile` must be from 0 to 1, such as 0.95.");
        }

        if (function != "QUANTILE" && q is not null)
        {
            throw ArgumentErrors.BadInput($"{path}.quantile", $"Only QUANTILE takes `{path}.quantile`.");
        }

        var stat = entry.Get<string>("stat");
        var at = entry.Get<ArgumentValues>("at") is { } best ? BestStep.Read(best, $"{path}.at") : null;
        if (!ofSummaries && (stat ?? (object?)at) is not null)
        {
            throw ArgumentErrors.BadInput(stat is null ? $"{path}.at" : $"{path}.stat", $"A value of each series is taken of summaries: give `of: SUMMARIES`, or leave `{path}.{(stat is null ? "at" : "stat")}` out.");
        }

        if (stat is not null && at is not null)
        {
            throw ArgumentErrors.BadInput($"{path}.at", $"Give `{path}.stat` or `{path}.at`, not both.");
        }

        var measure = new MetricMeasure("", function, key, quantile, new SummaryValue(stat ?? "LATEST", at));
        return ofSummaries && measure.IsOfPointsAlone
            ? throw ArgumentErrors.BadInput($"{path}.function", $"{function} is of points: leave `of` out, or take another function of summaries.")
            : measure with { Name = entry.Get<string>("name") ?? measure.DefaultName(ofSummaries) };
    }

    /// <summary>The aggregate, as a nullable number. Null for a group without a value; NaN is left out but where a point itself is asked for.</summary>
    /// <param name="value">The value of a row.</param>
    /// <param name="isOfKey">Whether a row is of the measure's metric; null where all are.</param>
    public string Sql(string value, string? isOfKey)
    {
        var (numbers, finite, infinite) = (Where($"NOT isNaN({value})"), Where($"isFinite({value})"), Where($"isInfinite({value})"));
        var all = isOfKey ?? "TRUE";
        var expression = Function switch
        {
            "COUNT" => $"toFloat64(countIf({all}))",
            "NAN_COUNT" => $"toFloat64(countIf({Where($"isNaN({value})")}))",
            "COUNT_DISTINCT" => $"toFloat64(uniqExactIf(p.run_id, {all}))",
            "SUM" => $"sumOrNullIf({value}, {numbers})",
            "AVG" => $"avgOrNullIf({value}, {numbers})",
            "MIN" => $"minOrNullIf({value}, {numbers})",
            "MAX" => $"maxOrNullIf({value}, {numbers})",
            "STDDEV" => $"if(countIf({numbers}) > 1, stddevSampStableIf({value}, {numbers}), NULL)",
            "VARIANCE" => $"if(countIf({numbers}) > 1, varSampStableIf({value}, {numbers}), NULL)",
            "MEDIAN" or "QUANTILE" => QuantileSql(value, numbers, finite, infinite),
            "FIRST" => $"argMinOrNullIf({value}, {Place(value)}, {all})",
            "LAST" => $"argMaxOrNullIf({value}, {Place(value)}, {all})",
            "ARG_MIN" => $"toFloat64(argMinOrNullIf(p.step, ({value}, p.epoch, p.step, p.time), {numbers}))",
            "ARG_MAX" => $"toFloat64(argMaxOrNullIf(p.step, ({value}, -p.epoch, -p.step, -toUnixTimestamp64Milli(p.time)), {numbers}))",
            _ => $"if(uniqUpTo(1)(if({finite}, p.step, NULL)) > 1, covarPopStableIf(toFloat64(p.step), {value}, {finite}) / varPopStableIf(toFloat64(p.step), {finite}), NULL)",
        };
        return $"CAST({expression} AS Nullable(Float64))";

        string Where(string condition) => isOfKey is null ? condition : $"{isOfKey} AND {condition}";
    }

    /// <summary>The order of a series: by epoch, step, time, and value, where NaN compares as 0.</summary>
    public static string Place(string value) => $"(p.epoch, p.step, p.time, if(isNaN({value}), 0, {value}))";

    // Next to an infinity the function computes NaN, even for what is no part of the way to it. So the infinities are the largest numbers for it, and what lies between one of those and another
    // number is an infinity: far beyond what is measured. Between infinities of both signs lies nothing.
    private string QuantileSql(string value, string numbers, string finite, string infinite)
    {
        const string largest = "4.4942328371557893e307";
        var quantile = $"quantileExactInclusiveOrNullIf({Quantile.ToString("R", CultureInfo.InvariantCulture)})(least(greatest({value}, -{largest}), {largest}), {numbers})";
        return $"multiIf(countIf({infinite}) = 0, {quantile}, countIf({finite}) = 0 AND abs({quantile}) < 0.999999 * {largest}, nan, abs({quantile}) > 1e290, sign({quantile}) * inf, {quantile})";
    }

    private string DefaultName(bool ofSummaries)
    {
        string?[] parts =
        [
            Key,
            Function == "QUANTILE" ? Quantile.ToString("R", CultureInfo.InvariantCulture) : null,
            !ofSummaries || Function is "COUNT" or "COUNT_DISTINCT" ? null : Value.At is { } at ? $"at {at.Stat} {at.Key}" : Value.Stat,
        ];
        var given = string.Join(", ", parts.OfType<string>());
        return given.Length == 0 ? Function : $"{Function}({given})";
    }
}
