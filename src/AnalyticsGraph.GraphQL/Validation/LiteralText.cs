using System.Text;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>Shows a literal in an error message: as the printer does where it is small, else its beginning. What is written again and again must not cost its full length each time.</summary>
internal static class LiteralText
{
    private const int LargestPrinted = 1000;

    /// <summary>The literal as GraphQL, at most about 1,000 characters.</summary>
    /// <param name="value">Any literal.</param>
    public static string Print(ValueNode value)
    {
        if (value.Location.End - value.Location.Start <= LargestPrinted)
        {
            return Printer.Print(value);
        }

        var text = new StringBuilder();
        AppendBeginning(text, value);
        return MessageText.Shorten(text.ToString(), LargestPrinted);
    }

    private static void AppendBeginning(StringBuilder text, ValueNode value)
    {
        switch (value)
        {
            case StringValueNode v:
                text.Append(Printer.Print(new StringValueNode(v.Value[..Math.Min(v.Value.Length, LargestPrinted)])));
                break;
            case ListValueNode v:
                text.Append('[');
                for (var i = 0; i < v.Values.Length && text.Length <= LargestPrinted; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    AppendBeginning(text, v.Values[i]);
                }

                text.Append(']');
                break;
            case ObjectValueNode v:
                text.Append("{ ");
                for (var i = 0; i < v.Fields.Length && text.Length <= LargestPrinted; i++)
                {
                    text.Append(i == 0 ? "" : ", ").Append(v.Fields[i].Name.Value).Append(": ");
                    AppendBeginning(text, v.Fields[i].Value);
                }

                text.Append(" }");
                break;
            default:
                text.Append(Printer.Print(value));
                break;
        }
    }
}
