using System.Globalization;
using System.Text.RegularExpressions;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>Numbers as JavaScript reads and writes them.</summary>
internal static partial class JavaScriptNumber
{
    // ECMAScript's white space and line ends, which Number() passes over.
    private static readonly char[] Blanks = [.. "\t\n\v\f\r \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF"];

    /// <summary>A finite number by Number::toString: its shortest digits, with an exponent from 1e21 up and below 1e-6.</summary>
    public static string Format(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = mark < 0 ? text : text[..mark];
        var whole = mantissa.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? dot : mantissa.Length;
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        // The value is 0.digits times 10 to the power of this.
        var point = whole - (all.Length - digits.Length) + (mark < 0 ? 0 : int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture));
        return (value < 0 ? "-" : "") + LayOut(digits.TrimEnd('0'), point);
    }

    /// <summary>Number(text): decimal with or without an exponent, hexadecimal, octal or binary.</summary>
    /// <returns>The number; null if it is none, or not finite.</returns>
    public static double? Parse(string text)
    {
        text = text.Trim(Blanks);
        if (text.Length == 0)
        {
            return 0;
        }

        var number = text.Length > 2 && text[0] == '0' && (text[1] | 0x20) is 'x' or 'o' or 'b' ? ParseDigits(text[2..], (text[1] | 0x20) switch { 'x' => 16, 'o' => 8, _ => 2 })
            : Decimal().IsMatch(text) ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)
            : double.NaN;
        return double.IsFinite(number) ? number : null;
    }

    private static string LayOut(string digits, int point) => point switch
    {
        > 21 or <= -6 => $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point > 0 ? "+" : "-")}{Math.Abs(point - 1)}",
        <= 0 => "0." + new string('0', -point) + digits,
        _ when digits.Length <= point => digits.PadRight(point, '0'),
        _ => $"{digits[..point]}.{digits[point..]}",
    };

    private static double ParseDigits(string digits, int radix)
    {
        var number = 0.0;
        foreach (var digit in digits)
        {
            var value = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            number = value < radix ? (number * radix) + value : double.NaN;
        }

        return number;
    }

    [GeneratedRegex(@"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$")]
    private static partial Regex Decimal();
}
