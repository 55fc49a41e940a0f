using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>What rows must keep to, told with the row.</summary>
internal static class RowRules
{
    /// <summary>Checks by the rules of the mutations.</summary>
    /// <exception cref="IngestException">They are broken.</exception>
    public static void Check(RowChunk chunk, int row, string column, Action<InputRules> check)
    {
        var rules = new InputRules();
        check(rules);
        if (rules.Errors.Count > 0)
            throw chunk.Wrong(row, column, rules.Errors[0].Message);
    }

    /// <summary>A value that must be there.</summary>
    public static long Required(RowChunk chunk, int row, int column) =>
        chunk.Has(row, column) ? chunk.Whole(row, column) : throw chunk.Wrong(row, chunk.Stream.Columns[column].Name, "It is missing.");

    /// <summary>A place that must be there, counted from 0.</summary>
    public static long Index(RowChunk chunk, int row, int column) => Required(chunk, row, column) is >= 0 and var index ? index
        : throw chunk.Wrong(row, chunk.Stream.Columns[column].Name, $"It is {chunk.Whole(row, column)}; they count from 0.");

    /// <summary>A moment; null where there is none.</summary>
    public static DateTimeOffset? Time(RowChunk chunk, int row, int column)
    {
        if (!chunk.Has(row, column))
            return null;
        var microseconds = chunk.Whole(row, column);
        return InputRules.IsInRange(Floor(microseconds, 1000)) ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond) : throw OutOfRange(chunk, row, chunk.Stream.Columns[column].Name);
    }

    /// <summary>A number; null where there is none.</summary>
    public static double? Number(RowChunk chunk, int row, int column) => chunk.Has(row, column) ? chunk.Number(row, column) : null;

    /// <summary>The entries of a map with numbers, whose names must be some and differ.</summary>
    public static List<KeyValuePair<string, double>> Numbers(RowChunk chunk, int row, int column, string what)
    {
        var entries = chunk.Entries(column);
        var (start, end) = entries.Of(row);
        var numbers = new List<KeyValuePair<string, double>>(end - start);
        for (var at = start; at < end; at++)
            numbers.Add(new(chunk.Texts(column)[entries.NameAt(at)], entries.NumberAt(at)));
        CheckNames(chunk, row, column, numbers.Select(number => number.Key), what);
        return numbers;
    }

    /// <summary>The entries of a map with texts, as <see cref="Numbers"/>.</summary>
    public static List<KeyValuePair<string, string>> Texts(RowChunk chunk, int row, int column, string what)
    {
        var entries = chunk.Entries(column);
        var (start, end) = entries.Of(row);
        var texts = new List<KeyValuePair<string, string>>(end - start);
        for (var at = start; at < end; at++)
        {
            var text = entries.TextAt(at);
            Check(chunk, row, chunk.Stream.Columns[column].Name, rules => rules.Text(text, InputRules.LongestTag, "The text"));
            texts.Add(new(chunk.Texts(column)[entries.NameAt(at)], text));
        }

        CheckNames(chunk, row, column, texts.Select(text => text.Key), what);
        return texts;
    }

    /// <summary>A moment that no store can hold.</summary>
    public static IngestException OutOfRange(RowChunk chunk, int row, string column) => chunk.Wrong(row, column, "The time is not between the years 1900 and 2299. Is it in milliseconds?");

    /// <summary>A quotient, rounded towards the past.</summary>
    public static long Floor(long value, long by)
    {
        var (quotient, rest) = Math.DivRem(value, by);
        return rest < 0 ? quotient - 1 : quotient;
    }

    private static void CheckNames(RowChunk chunk, int row, int column, IEnumerable<string> names, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            Check(chunk, row, chunk.Stream.Columns[column].Name, rules => rules.Name(name, InputRules.LongestKey, $"The {what}"));
            if (!seen.Add(name))
                throw chunk.Wrong(row, chunk.Stream.Columns[column].Name, $"The {what} '{InputRules.Shortened(name)}' stands twice.");
        }
    }
}
