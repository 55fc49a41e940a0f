using System.Globalization;

namespace AnalyticsGraph.Analytics;

/// <summary>The order of texts that may be numbers, such as the values of a param: numbers in their order, then NaN, then other texts.</summary>
/// <param name="descending">Whether the greatest number and the last text come first; NaN comes after the numbers and before other texts all the same.</param>
internal sealed class ValueOrder(bool descending) : IComparer<string>
{
    /// <inheritdoc />
    public int Compare(string? x, string? y)
    {
        var (a, b) = (Number(x!), Number(y!));
        var kinds = KindOf(a).CompareTo(KindOf(b));
        if (kinds != 0)
        {
            return kinds;
        }

        // Equal numbers may be written differently.
        var order = a is { } number && number.CompareTo(b!.Value) is not 0 and var numbers ? numbers : string.CompareOrdinal(x, y);
        return descending ? -order : order;
    }

    private static int KindOf(double? number) => number switch { null => 2, double.NaN => 1, _ => 0 };

    // As Python writes numbers, too: the short name of infinity.
    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : text.ToUpperInvariant() switch { "INF" or "+INF" => double.PositiveInfinity, "-INF" => double.NegativeInfinity, _ => null };
}
