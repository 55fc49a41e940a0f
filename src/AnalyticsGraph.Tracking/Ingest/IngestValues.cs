using System.Buffers.Text;
using System.Text.Json;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Values as texts write them.</summary>
internal static class IngestValues
{
    /// <summary>What a time must be, as the part of a sentence.</summary>
    public const string ExpectedTime = "a time such as 2026-01-31T12:00:00.123Z, or milliseconds since 1970";

    /// <summary>The moment of a text of RFC 3339 (without an offset it is UTC), in microseconds since 1970.</summary>
    public static bool TryTime(ref Utf8JsonReader text, out long microseconds)
    {
        var isTime = text.TryGetDateTime(out var time);
        microseconds = isTime ? Microseconds(time) : 0;
        return isTime;
    }

    /// <summary>As the other one, of bytes; also with a space instead of the T, and as a number of milliseconds.</summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (TryNumber(text, out var milliseconds) && double.IsFinite(milliseconds))
            return TryMilliseconds(milliseconds, out microseconds);
        if (text.Length is < 10 or > 40 || text.Contains((byte)'"') || text.Contains((byte)'\\'))
            return false;
        Span<byte> quoted = stackalloc byte[42];
        quoted[0] = quoted[text.Length + 1] = (byte)'"';
        text.CopyTo(quoted[1..]);
        if (text.Length > 10 && text[10] == ' ')
            quoted[11] = (byte)'T';
        var reader = new Utf8JsonReader(quoted[..(text.Length + 2)]);
        try
        {
            return reader.Read() && TryTime(ref reader, out microseconds);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Milliseconds since 1970 as microseconds.</summary>
    public static bool TryMilliseconds(double milliseconds, out long microseconds)
    {
        microseconds = Math.Abs(milliseconds) < 1e15 ? (long)Math.Round(milliseconds * 1000) : 0;
        return Math.Abs(milliseconds) < 1e15;
    }

    /// <summary>A number, NaN and the infinities included.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out double number)
    {
        if (Utf8Parser.TryParse(text, out number, out var used) && used == text.Length)
            return double.IsFinite(number) || IsNamed(text, out number);
        return IsNamed(text, out number);
    }

    /// <summary>NaN or an infinity, as JSON and the usual libraries name them.</summary>
    public static bool IsNamed(ReadOnlySpan<byte> text, out double number)
    {
        var sign = text.Length > 1 && text[0] is (byte)'-' or (byte)'+' ? text[0] : (byte)0;
        var name = sign == 0 ? text : text[1..];
        number = name.SequenceEqual("Infinity"u8) || name.SequenceEqual("inf"u8) || name.SequenceEqual("Inf"u8) ? sign == (byte)'-' ? double.NegativeInfinity : double.PositiveInfinity : double.NaN;
        return !double.IsNaN(number) || name.SequenceEqual("NaN"u8) || name.SequenceEqual("nan"u8);
    }

    /// <summary>Whether a text is a JSON object.</summary>
    public static bool IsObject(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static long Microseconds(DateTime time) =>
        ((time.Kind == DateTimeKind.Unspecified ? time : time.ToUniversalTime()) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
