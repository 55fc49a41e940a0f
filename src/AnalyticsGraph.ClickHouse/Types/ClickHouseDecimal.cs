using System.Globalization;
using System.Numerics;

namespace AnalyticsGraph.ClickHouse;

/// <summary>An exact decimal number of up to 76 digits: <paramref name="Unscaled"/> divided by 10 to the power of <paramref name="Scale"/>.</summary>
/// <param name="Unscaled">The digits as a whole number.</param>
/// <param name="Scale">How many of the digits are the fraction; 0 to 76.</param>
public readonly record struct ClickHouseDecimal(BigInteger Unscaled, int Scale) : IFormattable
{
    /// <summary>The same number.</summary>
    public static ClickHouseDecimal FromDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return new(value < 0 ? -digits : digits, (bits[3] >> 16) & 0xFF);
    }

    /// <summary>Reads <c>-123.45</c>.</summary>
    /// <exception cref="FormatException">The text is no plain decimal number.</exception>
    public static ClickHouseDecimal Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : text.Remove(point, 1);
        return new(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), point < 0 ? 0 : text.Length - point - 1);
    }

    /// <summary>The same number where <see cref="decimal"/> can hold it.</summary>
    /// <exception cref="OverflowException">It has too many digits.</exception>
    public static explicit operator decimal(ClickHouseDecimal value)
    {
        var (digits, scale) = (value.Unscaled, value.Scale);
        for (; scale > 28 || BigInteger.Abs(digits) >> 96 != 0; scale--)
        {
            (digits, var rest) = (BigInteger.Divide(digits, 10), BigInteger.Remainder(digits, 10));
            if (!rest.IsZero || scale == 0)
                throw new OverflowException($"{value} has too many digits for System.Decimal.");
        }
        var magnitude = BigInteger.Abs(digits);
        return new decimal((int)(uint)(magnitude & uint.MaxValue), (int)(uint)((magnitude >> 32) & uint.MaxValue), (int)(uint)(magnitude >> 64), digits.Sign < 0, (byte)scale);
    }

    /// <summary>As the conversion.</summary>
    public decimal ToDecimal() => (decimal)this;

    /// <summary>The digits at another scale.</summary>
    /// <exception cref="OverflowException">Digits that are not zero would be lost.</exception>
    internal BigInteger At(int scale)
    {
        if (scale >= Scale)
            return Unscaled * BigInteger.Pow(10, scale - Scale);
        var quotient = BigInteger.DivRem(Unscaled, BigInteger.Pow(10, Scale - scale), out var rest);
        return rest.IsZero ? quotient : throw new OverflowException($"{this} has more than {scale} digits in its fraction.");
    }

    /// <summary>All digits of the scale, e.g. 1.50.</summary>
    public override string ToString()
    {
        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        var sign = Unscaled.Sign < 0 ? "-" : "";
        return Scale == 0 ? sign + digits : $"{sign}{digits[..^Scale]}.{digits[^Scale..]}";
    }

    /// <inheritdoc />
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
