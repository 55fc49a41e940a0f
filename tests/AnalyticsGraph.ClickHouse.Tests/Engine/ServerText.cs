using System.Globalization;
using System.Net;

namespace AnalyticsGraph.ClickHouse.Tests.Engine;

/// <summary>Renders decoded values as ClickHouse's toString does, written for the tests independently of the client's own writing of parameters.</summary>
internal static class ServerText
{
    public static string Of(object? value, ClickHouseType type, bool inside = false)
    {
        if (value is null)
            return "NULL";
        type = type.Unwrapped;
        return value switch
        {
            object?[] items when type.Kind == ClickHouseTypeKind.Array => "[" + string.Join(",", items.Select(item => Of(item, type.Elements[0], true))) + "]",
            object?[] items => "(" + string.Join(",", items.Select((item, i) => Of(item, type.Elements[i], true))) + ")",
            KeyValuePair<object, object?>[] pairs => "{" + string.Join(",", pairs.Select(pair => Of(pair.Key, type.Elements[0], true) + ":" + Of(pair.Value, type.Elements[1], true))) + "}",
            string text => Quoted(text, inside),
            bool flag => flag ? "true" : "false",
            float.NaN or double.NaN => "nan",
            float.PositiveInfinity or double.PositiveInfinity => "inf",
            float.NegativeInfinity or double.NegativeInfinity => "-inf",
            float or double => ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture).Replace("E-0", "e-", StringComparison.Ordinal).Replace("E+", "e", StringComparison.Ordinal).Replace("E", "e", StringComparison.Ordinal),
            DateOnly day => Bare(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), inside),
            DateTime instant => Bare(Local(instant, type), inside),
            TimeSpan span => Bare(Span(span, type.Scale), inside),
            Guid or IPAddress => Bare(value.ToString()!, inside),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"No text for {value.GetType()}."),
        };
    }

    private static string Quoted(string text, bool inside) =>
        inside ? "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "'" : text;

    private static string Bare(string text, bool inside) => inside ? $"'{text}'" : text;

    private static string Local(DateTime instant, ClickHouseType type)
    {
        var zone = type.TimeZone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(type.TimeZone);
        var local = TimeZoneInfo.ConvertTimeFromUtc(instant, zone);
        var fraction = type.Scale == 0 ? "" : "." + (local.Ticks % TimeSpan.TicksPerSecond).ToString("0000000", CultureInfo.InvariantCulture).PadRight(9, '0')[..type.Scale];
        return local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + fraction;
    }

    private static string Span(TimeSpan span, int scale)
    {
        var absolute = span.Duration();
        var fraction = scale == 0 ? "" : "." + (absolute.Ticks % TimeSpan.TicksPerSecond).ToString("0000000", CultureInfo.InvariantCulture).PadRight(9, '0')[..scale];
        return $"{(span < TimeSpan.Zero ? "-" : "")}{(int)absolute.TotalHours:00}:{absolute.Minutes:00}:{absolute.Seconds:00}{fraction}";
    }
}
