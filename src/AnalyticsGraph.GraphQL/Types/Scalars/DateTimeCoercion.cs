using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>DateTime: RFC 3339 with its offset, read into UTC. Digits below 100 ns are cut off; a leap second reads as the second after it.</summary>
internal sealed class DateTimeCoercion() : PlainCoercion("DateTime must be an RFC 3339 string such as \"2026-01-31T12:00:00.5Z\", found")
{
    private const int DigitsOfTicks = 7;

    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = literal is StringValueNode text && TryParse(Encoding.UTF8.GetBytes(text.Value), out var time) ? time : null;
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind == JsonValueKind.String && TryParse(Encoding.UTF8.GetBytes(json.GetString()!), out var time) ? time : null;
        return value is not null;
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = TryReadTime(ref reader, out var time) ? time : null;
        return value is not null || base.TryReadJson(ref reader, out value);
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<DateTimeOffset>(field, TryReadTime);

    private static bool TryReadTime(ref Utf8JsonReader reader, out DateTimeOffset time)
    {
        time = default;
        return reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && TryParse(reader.ValueSpan, out time);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (!TryDigits(ref text, 4, out var year) || !TrySkip(ref text, '-') || !TryDigits(ref text, 2, out var month) || !TrySkip(ref text, '-') || !TryDigits(ref text, 2, out var day)
            || !(TrySkip(ref text, 'T') || TrySkip(ref text, 't'))
            || !TryDigits(ref text, 2, out var hour) || !TrySkip(ref text, ':') || !TryDigits(ref text, 2, out var minute) || !TrySkip(ref text, ':') || !TryDigits(ref text, 2, out var second)
            || !TryFraction(ref text, out var fraction) || !TryOffset(ref text, out var offset) || !text.IsEmpty
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        var ticks = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified).Ticks + (second * TimeSpan.TicksPerSecond) + fraction - offset;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (!TrySkip(ref text, '.'))
        {
            return true;
        }

        var count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        count = count < 0 ? text.Length : count;
        for (var i = 0; i < DigitsOfTicks; i++)
        {
            ticks = (ticks * 10) + (i < count ? text[i] - '0' : 0);
        }

        text = text[count..];
        return count > 0;
    }

    private static bool TryOffset(ref ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (TrySkip(ref text, 'Z') || TrySkip(ref text, 'z'))
        {
            return true;
        }

        var isWest = TrySkip(ref text, '-');
        if ((!isWest && !TrySkip(ref text, '+')) || !TryDigits(ref text, 2, out var hours) || !TrySkip(ref text, ':') || !TryDigits(ref text, 2, out var minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        ticks = ((hours * 60) + minutes) * TimeSpan.TicksPerMinute * (isWest ? -1 : 1);
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> text, char sought)
    {
        if (text.IsEmpty || text[0] != sought)
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    private static bool TryDigits(ref ReadOnlySpan<byte> text, int count, out int number)
    {
        number = 0;
        if (text.Length < count)
        {
            return false;
        }

        foreach (var digit in text[..count])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        text = text[count..];
        return true;
    }
}
