using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// Coerced input values as parameters. A value that no row can hold (text with U+0000 or half a surrogate pair, a UUID that is none) has no parameter: it equals nothing,
/// and never becomes an error of the store.
/// </summary>
internal static class FilterValues
{
    /// <summary>The parameter's value, or null if no row can hold it.</summary>
    /// <param name="value">A coerced value, not null.</param>
    /// <param name="type">What the column is compared as.</param>
    public static object? Convert(object value, SqlType type) => (type, value) switch
    {
        (SqlType.Int64, int number) => (long)number,
        (SqlType.Double, int number) => (double)number,
        (SqlType.Double, long number) => (double)number,
        (SqlType.Double, float number) => (double)number,
        (SqlType.Text, string text) => IsStorable(text) ? text : null,
        (SqlType.Uuid, string text) => Guid.TryParse(text, out var uuid) ? uuid : null,
        (SqlType.Timestamp, DateTimeOffset time) => time.UtcDateTime,
        _ => value,
    };

    /// <summary>The texts that an enum value is stored as, or the converted value alone.</summary>
    public static IEnumerable<object> ConvertAll(IEnumerable<object?> values, LeafField field, SqlType type) => field.Enum is { } model
        ? values.OfType<string>().SelectMany(model.TextsOf)
        : values.OfType<object>().Select(value => Convert(value, type)).OfType<object>();

    /// <summary>An array of the CLR type that parameters of the type have.</summary>
    public static Array ToArray(IEnumerable<object> values, SqlType type) => type switch
    {
        SqlType.Boolean => values.Cast<bool>().ToArray(),
        SqlType.Int64 => values.Cast<long>().ToArray(),
        SqlType.Double => values.Cast<double>().ToArray(),
        SqlType.Uuid => values.Cast<Guid>().ToArray(),
        SqlType.Timestamp => values.Cast<DateTime>().ToArray(),
        SqlType.Interval => values.Cast<TimeSpan>().ToArray(),
        _ => values.Cast<string>().ToArray(),
    };

    private static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
            {
                return false;
            }

            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}
