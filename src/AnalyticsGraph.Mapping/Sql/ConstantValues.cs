using System.Globalization;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Constants of mapping directives as values of their columns' types.</summary>
internal static class ConstantValues
{
    /// <summary>Whether the text can be a value of the column; checked at start-up.</summary>
    public static bool Fits(ColumnModel column, string text) => SqlTypes.Of(column.Kind) switch
    {
        SqlType.Boolean => text is "true" or "false",
        SqlType.Int64 => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
        SqlType.Double => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
        SqlType.Uuid => Guid.TryParse(text, out _),
        SqlType.Text => true,
        _ => false,
    };

    public static object Parse(ColumnModel column, string text) => SqlTypes.Of(column.Kind) switch
    {
        SqlType.Boolean => text == "true",
        SqlType.Int64 => long.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture),
        SqlType.Double => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        SqlType.Uuid => Guid.Parse(text),
        _ => text,
    };
}
