using System.Text;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>Finds the names that a mistyped one was probably meant to be. Distances, threshold and order are those of graphql-js, so that its users read the same hints.</summary>
public static class Suggestions
{
    private const int MostNamed = 5;

    /// <summary>The hint to append to a message, starting with a space; empty when no name is near.</summary>
    /// <param name="input">What was written.</param>
    /// <param name="options">The names that exist.</param>
    /// <param name="kind">What the names are, such as <c>the enum value</c>; null to leave it out.</param>
    public static string DidYouMean(string input, IEnumerable<string> options, string? kind = null) => DidYouMean(Nearest(input, options), kind);

    /// <summary>The hint for names that are already chosen and ordered.</summary>
    /// <param name="names">The names; at most the first five are told.</param>
    /// <param name="kind">What the names are; null to leave it out.</param>
    public static string DidYouMean(IReadOnlyList<string> names, string? kind = null)
    {
        if (names.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder(" Did you mean ");
        if (kind is not null)
        {
            text.Append(kind).Append(' ');
        }

        var count = Math.Min(names.Count, MostNamed);
        for (var i = 0; i < count; i++)
        {
            var separator = i == 0 ? "" : i < count - 1 ? ", " : count == 2 ? " or " : ", or ";
            text.Append(separator).Append('"').Append(names[i]).Append('"');
        }

        return text.Append('?').ToString();
    }

    /// <summary>The options that are near, nearest first.</summary>
    /// <param name="input">What was written.</param>
    /// <param name="options">The names that exist.</param>
    /// <param name="most">How many letters may be missing, too many, wrong or swapped; null for two fifths of the input's length plus one.</param>
    public static IReadOnlyList<string> Nearest(string input, IEnumerable<string> options, int? most = null)
    {
        var threshold = most ?? (int)Math.Floor(input.Length * 0.4) + 1;
        var lowered = input.ToLowerInvariant();
        var found = new List<(string Option, int Distance)>();
        foreach (var option in options)
        {
            if (Math.Abs(option.Length - lowered.Length) <= threshold && Measure(input, lowered, option, threshold) is { } distance)
            {
                found.Add((option, distance));
            }
        }

        found.Sort(static (a, b) => a.Distance != b.Distance ? a.Distance - b.Distance : NaturalOrder.Compare(a.Option, b.Option));
        return found.ConvertAll(static entry => entry.Option);
    }

    private static int? Measure(string input, string lowered, string option, int threshold)
    {
        if (input == option)
        {
            return 0;
        }

        var other = option.ToLowerInvariant();
        return lowered == other ? 1 : EditDistance(lowered, other, threshold);
    }

    /// <summary>Optimal string alignment distance (a swap of neighbours counts once); null when above the threshold.</summary>
    private static int? EditDistance(string first, string second, int threshold)
    {
        var (a, b) = first.Length >= second.Length ? (first, second) : (second, first);
        int[][] rows = [new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]];
        for (var j = 0; j <= b.Length; j++)
        {
            rows[0][j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var above = rows[(i - 1) % 3];
            var current = rows[i % 3];
            var smallest = current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var cell = Math.Min(Math.Min(above[j] + 1, current[j - 1] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cell = Math.Min(cell, rows[(i - 2) % 3][j - 2] + 1);
                }

                smallest = Math.Min(smallest, cell);
                current[j] = cell;
            }

            if (smallest > threshold)
            {
                return null;
            }
        }

        var distance = rows[a.Length % 3][b.Length];
        return distance <= threshold ? distance : null;
    }
}
