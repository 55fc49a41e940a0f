using System.Globalization;
using System.Text;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>Shows a literal in an error message, on one line.</summary>
internal static class LiteralText
{
    /// <summary>The literal as GraphQL, at most about 1,000 characters.</summary>
    /// <param name="value">Any literal.</param>
    public static string Print(ValueNode value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return JsonText.Shorten(text.ToString());
    }

    private static void Append(StringBuilder text, ValueNode value)
    {
        switch (value)
        {
            case VariableNode v: text.Append('$').Append(v.Name.Value); break;
            case IntValueNode v: text.Append(v.Value); break;
            case FloatValueNode v: text.Append(v.Value); break;
            case BooleanValueNode v: text.Append(v.Value ? "true" : "false"); break;
            case NullValueNode: text.Append("null"); break;
            case EnumValueNode v: text.Append(v.Value); break;
            case StringValueNode v: AppendString(text, v.Value); break;
            case ListValueNode v:
                var separator = "[";
                foreach (var item in v.Values)
                {
                    text.Append(separator);
                    Append(text, item);
                    separator = ", ";
                }

                text.Append(v.Values.IsEmpty ? "[]" : "]");
                break;
            case ObjectValueNode v:
                separator = "{ ";
                foreach (var field in v.Fields)
                {
                    text.Append(separator).Append(field.Name.Value).Append(": ");
                    Append(text, field.Value);
                    separator = ", ";
                }

                text.Append(v.Fields.IsEmpty ? "{}" : " }");
                break;
        }
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or (>= '\u007f' and < '\u00a0') => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
