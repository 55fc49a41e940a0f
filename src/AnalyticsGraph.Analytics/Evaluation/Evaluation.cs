using System.Globalization;

namespace AnalyticsGraph.Analytics.Evaluation;

/// <summary>How good a set of predictions is, from what ClickHouse counted.</summary>
/// <param name="predictionSetId">The set.</param>
/// <param name="total">How many predictions it has.</param>
/// <param name="cells">How often each class was predicted for each true one.</param>
/// <param name="logLoss">The sum of the negative logarithms of the true classes' probabilities, and of how many predictions.</param>
/// <param name="numbers">What the numbers came to.</param>
internal sealed class Evaluation(long predictionSetId, long total, IReadOnlyList<ConfusionCell> cells, (double Sum, long Count) logLoss, NumberErrors numbers)
{
    public long PredictionSetId => predictionSetId;

    public long Count => Classified + numbers.Count;

    public long Unmatched => total - Count;

    public double? Accuracy => Classified == 0 ? null : (double)cells.Where(cell => cell.Actual == cell.Predicted).Sum(cell => cell.Count) / Classified;

    public double? MacroPrecision => Mean(c => c.Precision);

    public double? MacroRecall => Mean(c => c.Recall);

    public double? MacroF1 => Mean(c => c.F1);

    public double? WeightedF1 => Classified == 0 ? null : Classes.Sum(c => c.F1 * c.Support) / Classified;

    public double? LogLoss => logLoss.Count == 0 ? null : logLoss.Sum / logLoss.Count;

    public long LogLossCount => logLoss.Count;

    public IReadOnlyList<ConfusionCell> ConfusionMatrix { get; } = [.. cells.OrderBy(cell => cell.Actual, ClassOrder).ThenBy(cell => cell.Predicted, ClassOrder)];

    public IReadOnlyList<ClassEvaluation> Classes { get; } = ClassEvaluation.All(cells, ClassOrder);

    public double? MeanAbsoluteError => numbers.Count == 0 ? null : numbers.Absolute / numbers.Count;

    public double? RootMeanSquaredError => numbers.Count == 0 ? null : Math.Sqrt(numbers.Squared / numbers.Count);

    public double? R2 => numbers.Count == 0 || !(numbers.Deviation > 0) ? null : 1 - (numbers.Squared / numbers.Deviation);

    /// <summary>Classes that are numbers come first, in their order: 2 before 10.</summary>
    private static Comparer<string> ClassOrder { get; } = Comparer<string>.Create((a, b) =>
        (double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out var x), double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out var y)) switch
        {
            (true, true) when x != y => x.CompareTo(y),
            (true, false) => -1,
            (false, true) => 1,
            _ => string.CompareOrdinal(a, b),
        });

    private long Classified { get; } = cells.Sum(cell => cell.Count);

    private double? Mean(Func<ClassEvaluation, double> measure) => Classes.Count == 0 ? null : Classes.Average(measure);
}

/// <summary>How often a class was predicted for a true one.</summary>
internal sealed record ConfusionCell(string Actual, string Predicted, long Count);

/// <summary>How good a set of predictions is at one class.</summary>
internal sealed record ClassEvaluation(string Class, long Support, long Predicted, double Precision, double Recall, double F1)
{
    /// <summary>All classes, in order. There can be very many: the cells are gone through once, not for each class.</summary>
    public static IReadOnlyList<ClassEvaluation> All(IReadOnlyList<ConfusionCell> cells, IComparer<string> order)
    {
        var counts = new Dictionary<string, (long Support, long Predicted, long Right)>(StringComparer.Ordinal);
        foreach (var (actual, predicted, count) in cells)
        {
            var truly = counts.GetValueOrDefault(actual);
            counts[actual] = truly with { Support = truly.Support + count, Right = truly.Right + (actual == predicted ? count : 0) };
            var said = counts.GetValueOrDefault(predicted);
            counts[predicted] = said with { Predicted = said.Predicted + count };
        }

        return [.. counts.OrderBy(c => c.Key, order).Select(c => new ClassEvaluation(
            c.Key, c.Value.Support, c.Value.Predicted, Ratio(c.Value.Right, c.Value.Predicted), Ratio(c.Value.Right, c.Value.Support), Ratio(2 * c.Value.Right, c.Value.Support + c.Value.Predicted)))];
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>Sums over predicted numbers: their number, the absolute and squared differences to the targets, and the targets' squared deviation from their mean.</summary>
internal readonly record struct NumberErrors(long Count, double Absolute, double Squared, double Deviation);
