using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>Shows a JSON value in an error message: whole where it is small, else by its outline. Never longer than a screen, whatever the caller sent.</summary>
internal static class JsonText
{
    private const int LongestText = 1000;
    private const int MostItems = 10;
    private const int Deepest = 2;

    /// <summary>The value's outline: two levels deep, ten items wide, at most about 1,000 characters.</summary>
    /// <param name="json">Any value.</param>
    public static string Inspect(JsonElement json)
    {
        var text = new StringBuilder();
        Append(text, json, 0);
        return MessageText.Shorten(text.ToString(), LongestText);
    }

    private static void Append(StringBuilder text, JsonElement json, int depth)
    {
        if (text.Length > LongestText)
        {
            return;
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.Object: AppendObject(text, json, depth); break;
            case JsonValueKind.Array: AppendArray(text, json, depth); break;
            case JsonValueKind.String: AppendString(text, json.GetString()!); break;
            case JsonValueKind.Undefined: text.Append("undefined"); break;
            default: text.Append(json.GetRawText()); break;
        }
    }

    private static void AppendObject(StringBuilder text, JsonElement json, int depth)
    {
        var separator = "{ ";
        foreach (var property in json.EnumerateObject())
        {
            if (depth >= Deepest || text.Length > LongestText)
            {
                text.Append(separator == "{ " ? "[Object]" : "");
                return;
            }

            text.Append(separator).Append(property.Name).Append(": ");
            Append(text, property.Value, depth + 1);
            separator = ", ";
        }

        text.Append(separator == "{ " ? "{}" : " }");
    }

    private static void AppendArray(StringBuilder text, JsonElement json, int depth)
    {
        var length = json.GetArrayLength();
        if (length == 0)
        {
            text.Append("[]");
            return;
        }

        if (depth >= Deepest)
        {
            text.Append("[Array]");
            return;
        }

        text.Append('[');
        var shown = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (shown == MostItems)
            {
                break;
            }

            text.Append(shown++ == 0 ? "" : ", ");
            Append(text, item, depth + 1);
        }

        var rest = length - shown;
        text.Append(rest == 0 ? "" : rest == 1 ? ", ... 1 more item" : string.Create(CultureInfo.InvariantCulture, $", ... {rest} more items")).Append(']');
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            if (text.Length > LongestText)
            {
                break;
            }

            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
