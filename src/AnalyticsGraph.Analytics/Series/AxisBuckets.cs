using System.Numerics;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// How positions of an axis (steps, milliseconds) are put into buckets. Where a bucket begins depends on the size of the buckets alone, not on where the points happen to begin, so that the
/// buckets of several runs line up. Widths are a few times a power of two, so that stored rollups fill them exactly.
/// </summary>
/// <param name="Width">The width of a linear axis' buckets; 0 for a logarithmic one, and for a single bucket that is wider than an integer tells.</param>
/// <param name="Origin">Where one of them begins: 0, unless all is one bucket.</param>
/// <param name="PerOctave">Into how many buckets a logarithmic axis divides what lies between a power of two and the next; itself a power of two. 0 for a linear axis.</param>
internal readonly record struct AxisBuckets(long Width, long Origin, long PerOctave)
{
    // 8 to 15 times a power of two: a bucket is at most an eighth wider than it must be.
    private const int SignificantBits = 4;

    private static readonly UInt128 Widest = UInt128.One << 62;

    /// <summary>Buckets for all positions of a range.</summary>
    /// <param name="first">The least position.</param>
    /// <param name="last">The greatest position.</param>
    /// <param name="most">The most buckets; at least 1.</param>
    /// <param name="scale">How the axis is divided.</param>
    /// <returns>The smallest buckets of which so many suffice.</returns>
    public static AxisBuckets Of(long first, long last, int most, AxisScale scale) =>
        scale == AxisScale.Linear ? Linear(first, last, most) : Logarithmic(first, last, most);

    /// <summary>The fewest buckets that a logarithmic axis can have over any range: one for each power of two on either side of zero.</summary>
    public const int FewestLogarithmic = 130;

    /// <summary>
    /// The last position whose bucket does not begin at a multiple of the width, and where that begins: the lowest bucket begins with the least integer, if it would below; and a
    /// single one may have all. Null if there is none.
    /// </summary>
    public (long Last, long Start)? Lowest => PerOctave > 0 ? null
        : Width == 0 ? (long.MaxValue, Origin)
        : Origin == 0 && LeastMultiple(Width) is var least and > long.MinValue ? (least - 1, long.MinValue) : null;

    /// <summary>The bucket of a position, by where it begins.</summary>
    /// <param name="position">The position.</param>
    public long StartOf(long position)
    {
        if (Lowest is { } lowest && position <= lowest.Last)
        {
            return lowest.Start;
        }

        if (PerOctave == 0)
        {
            var offset = (Int128)position - Origin;
            return (long)(position - (((offset % Width) + Width) % Width));
        }

        var (magnitude, unit) = (MagnitudeOf(position), UnitOf(position));
        var low = magnitude - (magnitude % unit);
        return position < 0 ? -low - unit : low;
    }

    /// <summary>The bucket of a position, by where it ends.</summary>
    /// <param name="position">The position.</param>
    public long EndOf(long position)
    {
        if (Lowest is { } lowest && position <= lowest.Last)
        {
            return lowest.Last;
        }

        var (start, size) = (StartOf(position), PerOctave == 0 ? Width : UnitOf(position));
        return start > long.MaxValue - size ? long.MaxValue : start + size - 1;
    }

    // Negative positions mirror the others: -1 as 0, -2 as 1.
    private static long MagnitudeOf(long position) => position < 0 ? ~position : position;

    // How wide a logarithmic axis' bucket is.
    private long UnitOf(long position) => MagnitudeOf(position) is > 0 and var magnitude ? Math.Max(1, (1L << BitOperations.Log2((ulong)magnitude)) / PerOctave) : 1;

    private static AxisBuckets Linear(long first, long last, int most)
    {
        var range = (UInt128)((Int128)last - first) + 1;
        if (most == 1 && range <= Widest)
        {
            return new AxisBuckets((long)range, first, 0);
        }

        // Towards the ends of what an integer can hold only a power of two divides all that is there.
        var bits = range > Widest || first < -(long)Widest ? 1 : SignificantBits;

        // Where buckets do not begin with the first position, one more may be needed: then the next width is taken.
        var width = RoundUp((range + (UInt128)most - 1) / (UInt128)most, bits);
        while (width < Widest && CountOf(first, last, (long)width) > most)
        {
            width = RoundUp(width + 1, bits);
        }

        width = UInt128.Min(width, Widest);
        return CountOf(first, last, (long)width) > most ? new AxisBuckets(0, first, 0) : new AxisBuckets((long)width, 0, 0);
    }

    private static long LeastMultiple(long width) => long.MinValue / width * width;

    private static Int128 CountOf(long first, long last, long width) =>
        ((Int128)last / width) - ((Int128)first / width) + (last % width < 0 ? -1 : 0) - (first % width < 0 ? -1 : 0) + 1;

    private static UInt128 RoundUp(UInt128 width, int bits)
    {
        var shift = Math.Max(0, 128 - (int)UInt128.LeadingZeroCount(width) - bits);
        var unit = UInt128.One << shift;
        return (width + unit - 1) / unit * unit;
    }

    private static AxisBuckets Logarithmic(long first, long last, int most)
    {
        var perOctave = 1L << 20;
        while (perOctave > 1 && OrdinalOf(last, perOctave) - OrdinalOf(first, perOctave) + 1 > most)
        {
            perOctave >>= 1;
        }

        return new AxisBuckets(0, 0, perOctave);
    }

    private static long OrdinalOf(long position, long perOctave)
    {
        var magnitude = position < 0 ? ~position : position;
        var shift = magnitude < perOctave ? 0 : BitOperations.Log2((ulong)magnitude) - BitOperations.Log2((ulong)perOctave);
        var ordinal = (shift * perOctave) + (magnitude >> shift);
        return position < 0 ? -1 - ordinal : ordinal;
    }
}
