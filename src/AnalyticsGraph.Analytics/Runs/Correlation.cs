namespace AnalyticsGraph.Analytics.Runs;

/// <summary>What a factor is.</summary>
internal enum FactorKind
{
    Param,
    Metric,
}

/// <summary>How much a factor of runs says of a target: over the runs that have finite numbers of both, or a text of it.</summary>
/// <param name="Kind">What the factor is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Runs">How many runs that is.</param>
/// <param name="Categories">Where its values are no numbers, how many different ones there are; else null.</param>
/// <param name="Pearson">The linear correlation of numbers; null for texts, and where one side is the same for all.</param>
/// <param name="Spearman">The correlation of ranks, ties with their mean rank.</param>
/// <param name="VarianceExplained">The share of the target's variance that the factor explains: by its categories, or by the line through its numbers.</param>
internal sealed record Correlation(FactorKind Kind, string Name, int Runs, int? Categories, double? Pearson, double? Spearman, double? VarianceExplained)
{
    /// <summary>By which factors are ordered: the greatest of what each measure explains.</summary>
    public double? Importance => VarianceExplained is null && Spearman is null ? null : Math.Max(VarianceExplained ?? 0, (Spearman * Spearman) ?? 0);

    /// <summary>Of a factor of numbers.</summary>
    public static Correlation OfNumbers(FactorKind kind, string name, IReadOnlyList<(double Factor, double Target)> runs)
    {
        var pearson = Linear([.. runs.Select(run => run.Factor)], [.. runs.Select(run => run.Target)]);
        return new Correlation(kind, name, runs.Count, null, pearson, Linear(Ranks([.. runs.Select(run => run.Factor)]), Ranks([.. runs.Select(run => run.Target)])), pearson * pearson);
    }

    /// <summary>Of a factor of texts.</summary>
    public static Correlation OfTexts(string name, IReadOnlyList<(string Factor, double Target)> runs)
    {
        var groups = runs.GroupBy(run => run.Factor, run => run.Target, StringComparer.Ordinal).Select(group => group.ToList()).ToList();
        if (runs.Count == 0)
        {
            return new Correlation(FactorKind.Param, name, 0, 0, null, null, null);
        }

        var scale = Scale(runs.Select(run => run.Target));
        var mean = runs.Average(run => run.Target / scale);
        var total = runs.Sum(run => Square((run.Target / scale) - mean));
        var between = groups.Sum(group => group.Count * Square(group.Average(target => target / scale) - mean));
        return new Correlation(FactorKind.Param, name, runs.Count, groups.Count, null, null, total > 0 && groups.Count > 1 ? Math.Min(between / total, 1) : null);
    }

    private static double? Linear(double[] x, double[] y)
    {
        if (x.Length < 2)
        {
            return null;
        }

        // Very large numbers are brought down to 1: their squares would be infinite.
        var (scaleX, scaleY) = (Scale(x), Scale(y));
        var (meanX, meanY) = (x.Average(value => value / scaleX), y.Average(value => value / scaleY));
        var (xx, yy, xy) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = ((x[i] / scaleX) - meanX, (y[i] / scaleY) - meanY);
            (xx, yy, xy) = (xx + (dx * dx), yy + (dy * dy), xy + (dx * dy));
        }

        return IsConstant(x) || IsConstant(y) || !(xx > 0 && yy > 0) ? null : Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1);
    }

    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(order, (a, b) => values[a].CompareTo(values[b]));
        var ranks = new double[values.Length];
        for (var first = 0; first < order.Length;)
        {
            var end = first + 1;
            while (end < order.Length && values[order[end]].Equals(values[order[first]]))
            {
                end++;
            }

            for (var i = first; i < end; i++)
            {
                ranks[order[i]] = (first + end - 1) / 2.0;
            }

            first = end;
        }

        return ranks;
    }

    private static bool IsConstant(double[] values) => values.AsSpan().IndexOfAnyExcept(values[0]) < 0;

    private static double Scale(IEnumerable<double> values) => values.Max(Math.Abs) is > 0 and var largest ? largest : 1;

    private static double Square(double value) => value * value;
}
