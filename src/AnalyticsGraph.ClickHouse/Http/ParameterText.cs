using System.Collections;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using AnalyticsGraph.ClickHouse.Codecs;
using Kind = AnalyticsGraph.ClickHouse.ClickHouseTypeKind;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>
/// Writes a parameter's value as the server reads it: in ClickHouse's Escaped text format at the top (a string bare, NULL as <c>\N</c>), in its Quoted format inside
/// arrays, maps and tuples (<c>'...'</c>, <c>NULL</c>).
/// </summary>
internal static class ParameterText
{
    /// <exception cref="ClickHouseFormatException">The value does not fit the type.</exception>
    public static string Of(string name, ClickHouseParameter parameter)
    {
        var type = ClickHouseType.Parse(parameter.Type);
        if (type.Kind == Kind.Unknown)
            throw new ClickHouseFormatException($"Parameter '{name}': {type} is no type that a parameter can have here.");
        var text = new StringBuilder();
        try
        {
            Write(text, type, parameter.Value, inside: false);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or ClickHouseFormatException)
        {
            throw new ClickHouseFormatException($"Parameter '{name}': the value ({parameter.Value?.GetType().Name ?? "null"}) is no {type}: {e.Message}", e);
        }
        return text.ToString();
    }

    private static void Write(StringBuilder text, ClickHouseType type, object? value, bool inside)
    {
        if (type.Kind is Kind.Nullable or Kind.LowCardinality && value is not null)
            Write(text, type.Elements[0], value, inside);
        else if (value is null)
            text.Append(type.IsNullable ? inside ? "NULL" : "\\N" : throw new ClickHouseFormatException("null needs Nullable(...)."));
        else if (type.Kind == Kind.Array)
            WriteList(text, '[', ']', Items(value).Select(item => (type.Elements[0], item)));
        else if (type.Kind == Kind.Tuple)
            WriteList(text, '(', ')', Elements(type, value));
        else if (type.Kind == Kind.Map)
            WriteMap(text, type, value);
        else if (Bare(type, value) is { } bare)
            text.Append(bare);
        else
            WriteText(text, TextOf(type, value), inside);
    }

    /// <summary>Numbers and truth values stand without quotes, inside compounds too.</summary>
    private static string? Bare(ClickHouseType type, object value) => type.Kind switch
    {
        Kind.Bool => ScalarValue.To<bool>(value) ? "true" : "false",
        Kind.Float32 or Kind.BFloat16 => Float(ScalarValue.To<float>(value)),
        Kind.Float64 => Float(ScalarValue.To<double>(value)),
        Kind.Decimal => ExactDecimal(type, value),
        Kind.Int8 => Number(ScalarValue.To<sbyte>(value)),
        Kind.Int16 => Number(ScalarValue.To<short>(value)),
        Kind.Int32 => Number(ScalarValue.To<int>(value)),
        Kind.Int64 or Kind.Interval => Number(ScalarValue.To<long>(value)),
        Kind.Int128 => Number(ScalarValue.To<Int128>(value)),
        Kind.UInt8 => Number(ScalarValue.To<byte>(value)),
        Kind.UInt16 => Number(ScalarValue.To<ushort>(value)),
        Kind.UInt32 => Number(ScalarValue.To<uint>(value)),
        Kind.UInt64 => Number(ScalarValue.To<ulong>(value)),
        Kind.UInt128 => Number(ScalarValue.To<UInt128>(value)),
        Kind.Int256 or Kind.UInt256 => Number(Fitting256(ScalarValue.To<BigInteger>(value), type.Kind == Kind.Int256)),
        _ => null,
    };

    private static string TextOf(ClickHouseType type, object value) => type.Kind switch
    {
        Kind.Uuid => ScalarValue.To<Guid>(value).ToString(),
        Kind.Date or Kind.Date32 => ScalarValue.To<DateOnly>(value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        // Seconds since 1970 mean the same instant in every zone, the type's or the server's. Fewer than ten digits could be a year.
        Kind.DateTime => new DateTimeConversion().ToRaw(ScalarValue.To<DateTime>(value)).ToString("D10", CultureInfo.InvariantCulture),
        Kind.DateTime64 => Instant(type, ScalarValue.To<DateTime>(value)),
        Kind.Time or Kind.Time64 => Span(type, ScalarValue.To<TimeSpan>(value)),
        Kind.IPv4 or Kind.IPv6 => ScalarValue.To<IPAddress>(value).ToString(),
        Kind.Enum8 or Kind.Enum16 => new EnumNames(type).NameOf(new EnumNames(type).CodeOf(value)).Text,
        _ => value switch
        {
            string plain => plain,
            byte[] bytes => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new InvalidCastException($"{value.GetType()} is no text."),
        },
    };

    private static string Instant(ClickHouseType type, DateTime value)
    {
        var raw = new DateTime64Conversion(type.Scale).ToRaw(value);
        var seconds = new ClickHouseDecimal(raw, type.Scale).ToString();
        if (!seconds.StartsWith("-0", StringComparison.Ordinal))
            return seconds;
        // The server reads "-0.5" as 0.5. In that one second the time goes as text, which needs a zone.
        var zone = TimeZoneInfo.FindSystemTimeZoneById(
            type.TimeZone ?? throw new ClickHouseFormatException("ClickHouse misreads instants of the last second before 1970 without a time zone; write the type with one, e.g. DateTime64(3, 'UTC')."));
        var local = TimeZoneInfo.ConvertTimeFromUtc(DateTime.UnixEpoch.AddTicks(Scaled.ToTicks(raw, type.Scale)), zone);
        return local.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture)[..(20 + Math.Min(type.Scale, 7))];
    }

    private static string Span(ClickHouseType type, TimeSpan span)
    {
        var seconds = Math.Abs(span.Ticks) / TimeSpan.TicksPerSecond;
        var whole = $"{(span.Ticks < 0 ? "-" : "")}{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}";
        if (type.Scale == 0)
            return whole;
        var fraction = new ClickHouseDecimal(Scaled.FromTicks(Math.Abs(span.Ticks) % TimeSpan.TicksPerSecond, type.Scale), type.Scale).ToString();
        return whole + fraction[1..];
    }

    private static void WriteText(StringBuilder text, string value, bool inside)
    {
        if (inside)
            text.Append('\'');
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\0' => text.Append("\\0"),
                '\'' => text.Append("\\'"),
                _ => text.Append(c),
            };
        }
        if (inside)
            text.Append('\'');
    }

    private static void WriteList(StringBuilder text, char open, char close, IEnumerable<(ClickHouseType Type, object? Value)> items)
    {
        text.Append(open);
        var first = true;
        foreach (var (type, value) in items)
        {
            if (!first)
                text.Append(',');
            first = false;
            Write(text, type, value, inside: true);
        }
        text.Append(close);
    }

    private static void WriteMap(StringBuilder text, ClickHouseType type, object value)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, item) in Pairs.Of(value) ?? throw new InvalidCastException($"{value.GetType()} is no map."))
        {
            if (!first)
                text.Append(',');
            first = false;
            Write(text, type.Elements[0], key, inside: true);
            text.Append(':');
            Write(text, type.Elements[1], item, inside: true);
        }
        text.Append('}');
    }

    private static IEnumerable<object?> Items(object value) =>
        value is not string && value is IEnumerable items ? items.Cast<object?>() : throw new InvalidCastException($"{value.GetType()} is no list.");

    private static IEnumerable<(ClickHouseType Type, object? Value)> Elements(ClickHouseType type, object value) => value switch
    {
        ITuple tuple when tuple.Length == type.Elements.Count => type.Elements.Select((element, i) => (element, tuple[i])),
        IList list when list.Count == type.Elements.Count => type.Elements.Select((element, i) => (element, list[i])),
        _ => throw new InvalidCastException($"{value.GetType()} has not the {type.Elements.Count} elements."),
    };

    private static string Number<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Float<T>(T value)
        where T : IFloatingPoint<T> =>
        T.IsNaN(value) ? "nan" : T.IsPositiveInfinity(value) ? "inf" : T.IsNegativeInfinity(value) ? "-inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string ExactDecimal(ClickHouseType type, object value)
    {
        var exact = ScalarValue.To<ClickHouseDecimal>(value);
        return new ClickHouseDecimal(DecimalDigits.Of(exact, type), type.Scale).ToString();
    }

    private static BigInteger Fitting256(BigInteger value, bool signed)
    {
        _ = Wire256.FromInteger(value, signed);
        return value;
    }
}
