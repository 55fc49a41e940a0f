using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>How large a data set is: points in series, or runs in a list.</summary>
/// <param name="Text">As it was named, such as <c>10M</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="OfRuns">Whether it is runs that are counted.</param>
internal sealed record ScaleSize(string Text, long Count, bool OfRuns)
{
    /// <summary>The kind of a data set of runs.</summary>
    public const string Runs = "runs";

    /// <summary>The kind of a data set of points.</summary>
    public const string Points = "points";

    /// <summary>Its kind.</summary>
    public string Kind => OfRuns ? Runs : Points;

    /// <summary>The folder of the data set within that of all.</summary>
    public string Folder => $"{Kind}-{Text}";

    /// <summary>What it has.</summary>
    public IReadOnlyList<ScaleGroup> Groups => OfRuns
        ? [new(ScaleData.Listed, 1, (int)Count, 1, 1)]
        :
        [
            new(ScaleData.Many, 100, 100, 10, Count / 100_000),
            new(ScaleData.Large, 1, 10, 10, Count / 100),
            new(ScaleData.Long, 1, 1, 1, 1_000_000),
            new(ScaleData.Compared, 1, 100, 1, 1_000),
        ];

    /// <summary>Reads a size.</summary>
    /// <param name="text">A number, with k for thousands or M for millions.</param>
    /// <param name="ofRuns">Whether it is runs that are counted.</param>
    /// <exception cref="FormatException">It is none, or too small: 100,000 points at least.</exception>
    public static ScaleSize Parse(string text, bool ofRuns)
    {
        var factor = text.Length > 0 ? char.ToUpperInvariant(text[^1]) switch { 'K' => 1_000L, 'M' => 1_000_000L, _ => 1L } : 1;
        return long.TryParse(factor == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number * factor >= (ofRuns ? 1 : 100_000)
            ? new(text, number * factor, ofRuns)
            : throw new FormatException($"'{text}' is no size: write 20k, 1M or 100M, and 100k points at least.");
    }
}
