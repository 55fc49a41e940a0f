using System.Numerics;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// The shortest decimal that reads back as a double, by R. Giulietti's Schubfach: one multiplication by a tabled power of ten for each of the three bounds, no loop over digits.
/// Several times faster than <see cref="double.TryFormat(Span{byte}, out int, ReadOnlySpan{char}, IFormatProvider)"/>, whose text it yields; series are mostly such numbers.
/// </summary>
internal static class ShortestDouble
{
    // Section numbers and names follow the paper "The Schubfach way to render doubles": v = c 2^q.
    private const int QMin = -1074;
    private const ulong CMin = 1UL << 52;
    private const int KMin = -324;
    private const int KMax = 292;
    private const ulong Low63 = (1UL << 63) - 1;

    private static readonly (ulong High, ulong Low)[] Powers = MakePowers();

    /// <summary>Finds the decimal of a positive, normal double.</summary>
    /// <returns>value = Digits * 10^Exponent; the digits may end in zeros.</returns>
    public static (ulong Digits, int Exponent) ToDecimal(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var c = CMin | (bits & (CMin - 1));
        var q = (int)(bits >> 52) + QMin - 1;

        // Rounding intervals include their bounds where the significand is even; at a power of two the lower neighbour is twice as near.
        var odd = c & 1;
        var middle = c << 2;
        var isRegular = c != CMin || q == QMin;
        var left = middle - (isRegular ? 2UL : 1UL);
        var k = isRegular ? FloorLog10Pow2(q) : FloorLog10ThreeQuartersPow2(q);
        var shift = q + FloorLog2Pow10(-k) + 2;
        var power = Powers[k - KMin];
        var v = RoundToOdd(power, middle << shift);
        var lower = RoundToOdd(power, left << shift) + odd;
        var upper = RoundToOdd(power, (middle + 2) << shift) - odd;

        var s = v >> 2;
        var tens = s / 10 * 10;
        var isLowerTens = lower <= tens << 2;
        if (isLowerTens != ((tens + 10) << 2 <= upper))
        {
            return (isLowerTens ? tens : tens + 10, k);
        }

        var isLower = lower <= s << 2;
        if (isLower != ((s + 1) << 2 <= upper))
        {
            return (isLower ? s : s + 1, k);
        }

        var toMiddle = (long)(v - ((s << 2) + 2));
        return (toMiddle < 0 || (toMiddle == 0 && (s & 1) == 0) ? s : s + 1, k);
    }

    private static int FloorLog10Pow2(int e) => (int)((e * 661_971_961_083L) >> 41);

    private static int FloorLog10ThreeQuartersPow2(int e) => (int)(((e * 661_971_961_083L) - 274_743_187_321L) >> 41);

    private static int FloorLog2Pow10(int e) => (int)((e * 913_124_641_741L) >> 38);

    // The product's upper part; its last bit is set where anything was cut off.
    private static ulong RoundToOdd((ulong High, ulong Low) power, ulong factor)
    {
        var x = Math.BigMul(power.Low, factor, out _);
        var y = Math.BigMul(power.High, factor, out var yLow);
        var z = (yLow >> 1) + x;
        return (y + (z >> 63)) | (((z & Low63) + Low63) >> 63);
    }

    // For each k the 126 leading bits of 10^-k, rounded up.
    private static (ulong High, ulong Low)[] MakePowers()
    {
        var powers = new (ulong High, ulong Low)[KMax - KMin + 1];
        for (var k = KMin; k <= KMax; k++)
        {
            var shift = 125 - FloorLog2Pow10(-k);
            var power = k <= 0
                ? (shift >= 0 ? BigInteger.Pow(10, -k) << shift : BigInteger.Pow(10, -k) >> -shift)
                : (BigInteger.One << shift) / BigInteger.Pow(10, k);
            power += 1;
            powers[k - KMin] = ((ulong)(power >> 63), (ulong)(power & Low63));
        }

        return powers;
    }
}
