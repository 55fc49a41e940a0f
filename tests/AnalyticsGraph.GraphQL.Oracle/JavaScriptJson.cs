using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>
/// JSON as it is when JavaScript has read it and writes it again: numbers are doubles, of a name given twice the last value counts, names that are indices come first. A lone surrogate,
/// which UTF-8 has not, becomes U+FFFD.
/// </summary>
internal static class JavaScriptJson
{
    /// <summary>How deep values may nest.</summary>
    public const int MaxDepth = 1_000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads a text.</summary>
    /// <exception cref="JsonException">It is no JSON, or nests too deep.</exception>
    public static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text, Options);
        return Reread(document.RootElement);
    }

    /// <summary>The value that JSON.parse would give.</summary>
    public static JsonElement Reread(JsonElement value)
    {
        using var document = JsonDocument.Parse(Write(value), Options);
        return document.RootElement.Clone();
    }

    /// <summary>The text that JSON.stringify would give; <c>null</c> for undefined.</summary>
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    /// <summary>A text in quotes.</summary>
    public static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var unit in value)
        {
            _ = unit switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => text.Append(unit),
            };
        }

        text.Append('"');
    }

    private static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(text, value);
                break;
            case JsonValueKind.Array:
                var separator = '[';
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(separator);
                    Write(text, item);
                    separator = ',';
                }

                text.Append(separator == '[' ? "[]" : "]");
                break;
            case JsonValueKind.String:
                WriteText(text, Unescape(value.GetRawText()[1..^1]));
                break;
            case JsonValueKind.Number:
                // What no double holds stays as it was written.
                text.Append(value.GetDouble() is var number && double.IsFinite(number) ? JavaScriptNumber.Format(number) : value.GetRawText());
                break;
            case JsonValueKind.Undefined:
                text.Append("null");
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void WriteObject(StringBuilder text, JsonElement value)
    {
        var properties = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            properties[Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(property)))] = property.Value;
        }

        var separator = '{';
        foreach (var (name, item) in properties.Where(property => IndexOf(property.Key) is not null).OrderBy(property => IndexOf(property.Key)).Concat(properties.Where(property => IndexOf(property.Key) is null)))
        {
            text.Append(separator);
            WriteText(text, name);
            text.Append(':');
            Write(text, item);
            separator = ',';
        }

        text.Append(separator == '{' ? "{}" : "}");
    }

    private static uint? IndexOf(string name) =>
        uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < uint.MaxValue && (name == "0" || name[0] != '0') ? index : null;

    /// <summary>What a text between quotes says. The JSON was sound, and so are its escapes.</summary>
    private static string Unescape(string raw)
    {
        if (!raw.Contains('\\', StringComparison.Ordinal))
        {
            return raw;
        }

        var text = new StringBuilder(raw.Length);
        for (var at = 0; at < raw.Length; at++)
        {
            if (raw[at] != '\\')
            {
                text.Append(raw[at]);
                continue;
            }

            at++;
            text.Append(raw[at] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'u' => (char)Convert.ToInt32(raw[(at + 1)..(at + 5)], 16), var other => other });
            at += raw[at] == 'u' ? 4 : 0;
        }

        // Encoding replaces what is alone.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
