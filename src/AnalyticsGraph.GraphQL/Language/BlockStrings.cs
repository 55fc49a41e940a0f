using System.Text;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Section 2.9.4, block strings: their indentation, and how they are written.</summary>
internal static class BlockStrings
{
    /// <summary>BlockStringValue(): takes the common indentation and the empty first and last lines off.</summary>
    /// <param name="raw">What stands between the quotes, <c>\"""</c> already replaced.</param>
    public static string Dedent(string raw)
    {
        var lines = raw.ReplaceLineEndingsOfGraphQL().Split('\n');
        var common = int.MaxValue;
        var first = -1;
        var last = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            var indent = LeadingWhitespace(lines[i]);
            if (indent == lines[i].Length)
            {
                continue;
            }

            first = first < 0 ? i : first;
            last = i;
            if (i > 0)
            {
                common = Math.Min(common, indent);
            }
        }

        if (first < 0)
        {
            return "";
        }

        var value = new StringBuilder(raw.Length);
        for (var i = first; i <= last; i++)
        {
            if (i > first)
            {
                value.Append('\n');
            }

            value.Append(lines[i].AsSpan(i == 0 ? 0 : Math.Min(common, lines[i].Length)));
        }

        return value.ToString();
    }

    /// <summary>Whether a value reads back unchanged from a block string: no control characters, no empty first or last line, no indentation common to all lines.</summary>
    public static bool CanHold(string value)
    {
        if (value.Length == 0)
        {
            return true;
        }

        if (value.Any(character => character is < ' ' and not '\t' and not '\n'))
        {
            return false;
        }

        var lines = value.Split('\n');
        var filled = lines.Where(line => LeadingWhitespace(line) < line.Length).ToArray();
        return LeadingWhitespace(lines[0]) < lines[0].Length
            && LeadingWhitespace(lines[^1]) < lines[^1].Length
            && (lines.Length == 1 || filled.Any(line => !IsWhitespace(line[0])));
    }

    /// <summary>Writes a value between triple quotes, on lines of its own where it is long or needs it to be read back.</summary>
    public static string Print(string value)
    {
        var escaped = value.Replace("\"\"\"", "\\\"\"\"", StringComparison.Ordinal);
        var lines = escaped.ReplaceLineEndingsOfGraphQL().Split('\n');
        var isSingleLine = lines.Length == 1;
        // Else the first line's indentation would be taken for that of the others.
        var forceLeadingNewLine = !isSingleLine && lines.Skip(1).All(line => line.Length == 0 || IsWhitespace(line[0]));
        var endsInTripleQuotes = escaped.EndsWith("\\\"\"\"", StringComparison.Ordinal);
        // Else the value's last character would run into the closing quotes.
        var forceTrailingNewLine = (value.EndsWith('"') && !endsInTripleQuotes) || value.EndsWith('\\');
        var multipleLines = !isSingleLine || value.Length > 70 || forceTrailingNewLine || endsInTripleQuotes;
        var skipLeadingNewLine = isSingleLine && value.Length > 0 && IsWhitespace(value[0]);
        var lead = (multipleLines && !skipLeadingNewLine) || forceLeadingNewLine ? "\n" : "";
        return $"\"\"\"{lead}{escaped}{(multipleLines ? "\n" : "")}\"\"\"";
    }

    private static int LeadingWhitespace(string line)
    {
        var count = 0;
        while (count < line.Length && IsWhitespace(line[count]))
        {
            count++;
        }

        return count;
    }

    private static bool IsWhitespace(char character) => character is ' ' or '\t';

    // string.ReplaceLineEndings would also take form feeds and Unicode's separators, which GraphQL does not count as line ends.
    private static string ReplaceLineEndingsOfGraphQL(this string text) =>
        text.Contains('\r', StringComparison.Ordinal)
            ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : text;
}
