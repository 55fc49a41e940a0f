using System.Buffers.Text;
using System.Globalization;

namespace AnalyticsGraph.GraphQL.Execution;

public sealed partial class ResponseWriter
{
    // Beyond this, not every whole number is a double, and the shortest round trip may differ from the integer's digits.
    private const double LargestExactInteger = 9007199254740992;

    /// <summary>
    /// Writes a number as the shortest text that reads back as the same double; what JSON has no number for as <c>"NaN"</c>, <c>"Infinity"</c> or <c>"-Infinity"</c>.
    /// </summary>
    /// <param name="value">Any double.</param>
    public void WriteDouble(double value)
    {
        var magnitude = Math.Abs(value);

        // Counts, steps and sizes are often whole.
        if (magnitude <= LargestExactInteger && magnitude == Math.Truncate(magnitude) && (magnitude != 0 || !double.IsNegative(value)))
        {
            WriteInt64((long)value);
        }
        else if (TryWriteShortDecimal(value, magnitude))
        {
            return;
        }
        else if (double.IsNormal(value))
        {
            var (digits, exponent) = ShortestDouble.ToDecimal(magnitude);
            WriteDecimal(double.IsNegative(value), digits, exponent);
        }
        else if (double.IsFinite(value))
        {
            value.TryFormat(GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
            Advance(written);
        }
        else
        {
            WriteNotFinite(value);
        }
    }

    // Many numbers have few decimals (0.001, 98.75). Of decimals with at most 15 digits no two are the same double; so if value = digits / 10^8 with fewer than 10^15, these
    // digits, without zeros at the end, are the shortest text that reads back as the value: the quotient of two exact doubles is rounded as reading the text is.
    private bool TryWriteShortDecimal(double value, double magnitude)
    {
        const int Decimals = 8;
        const double Scale = 1e8;
        var scaled = Math.Round(magnitude * Scale);
        if (!(scaled < 1e15 && magnitude >= 1e-4 && scaled / Scale == magnitude))
        {
            return false;
        }

        var (whole, fraction) = Math.DivRem((ulong)scaled, (ulong)Scale);
        if (double.IsNegative(value))
        {
            WriteByte((byte)'-');
        }

        WriteInt64((long)whole);
        var span = GetSpan(LongestNumber);
        span[0] = (byte)'.';
        var rest = (uint)fraction;
        for (var digit = Decimals; digit > 0; digit--)
        {
            (rest, var last) = Math.DivRem(rest, 10u);
            span[digit] = (byte)('0' + last);
        }

        var end = Decimals;
        while (span[end] == (byte)'0')
        {
            end--;
        }

        Advance(end + 1);
        return true;
    }

    // Writes digits * 10^exponent as .NET does: with a point, but what is below 0.0001, or has more than its digits before the point, with an exponent of at least two digits.
    private void WriteDecimal(bool isNegative, ulong digits, int exponent)
    {
        while (digits % 10 == 0)
        {
            digits /= 10;
            exponent++;
        }

        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(digits, text, out var count);
        text = text[..count];
        var span = GetSpan(LongestNumber);
        var at = 0;
        if (isNegative)
        {
            span[at++] = (byte)'-';
        }

        var point = count + exponent;
        if (point > 0 && point < count)
        {
            at += WriteWithPoint(span[at..], text, point);
        }
        else if (point is > -4 and <= 0)
        {
            "0.000"u8[..(2 - point)].CopyTo(span[at..]);
            text.CopyTo(span[(at + 2 - point)..]);
            at += 2 - point + count;
        }
        else
        {
            at += WriteWithPoint(span[at..], text, 1);
            span[at++] = (byte)'E';
            span[at++] = point > 0 ? (byte)'+' : (byte)'-';
            Utf8Formatter.TryFormat(Math.Abs(point - 1), span[at..], out var written, new System.Buffers.StandardFormat('D', 2));
            at += written;
        }

        Advance(at);
    }

    private static int WriteWithPoint(Span<byte> span, ReadOnlySpan<byte> text, int point)
    {
        if (text.Length == point)
        {
            text.CopyTo(span);
            return point;
        }

        text[..point].CopyTo(span);
        span[point] = (byte)'.';
        text[point..].CopyTo(span[(point + 1)..]);
        return text.Length + 1;
    }
}
