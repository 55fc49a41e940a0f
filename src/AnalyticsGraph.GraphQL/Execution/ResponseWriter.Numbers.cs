using System.Buffers.Text;
using System.Globalization;

namespace AnalyticsGraph.GraphQL.Execution;

public sealed partial class ResponseWriter
{
    // The longest shortest round trip of a double has 24 characters: -2.2250738585072014E-308.
    private const int LongestNumber = 32;

    /// <summary>Writes an integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteInt32(int value) => WriteInt64(value);

    /// <summary>Writes an integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteInt64(long value)
    {
        var span = GetSpan(LongestNumber);
        if ((ulong)value < 10)
        {
            span[0] = (byte)('0' + value);
            Advance(1);
            return;
        }

        Utf8Formatter.TryFormat(value, span, out var written);
        Advance(written);
    }

    /// <summary>Writes a number as the shortest text that reads back as the same single; not finite ones like <see cref="WriteDouble"/>.</summary>
    /// <param name="value">Any single.</param>
    public void WriteSingle(float value)
    {
        if (float.IsFinite(value))
        {
            value.TryFormat(GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
            Advance(written);
        }
        else
        {
            WriteNotFinite(value);
        }
    }

    /// <summary>Writes a number with all its digits.</summary>
    /// <param name="value">The value.</param>
    public void WriteDecimal(decimal value)
    {
        value.TryFormat(GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
        Advance(written);
    }

    private void WriteNotFinite(double value) =>
        WriteRaw(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
}
