using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>256 bits as they travel: 32 bytes, the lowest first.</summary>
[InlineArray(32)]
internal struct Wire256
{
    private byte _first;

    public static BigInteger ToInteger(in Wire256 wire, bool signed) => new(MemoryMarshal.CreateReadOnlySpan(in wire._first, 32), isUnsigned: !signed);

    /// <exception cref="OverflowException">The number needs more than 256 bits, or is negative and unsigned.</exception>
    public static Wire256 FromInteger(BigInteger value, bool signed)
    {
        var wire = default(Wire256);
        var bytes = MemoryMarshal.CreateSpan(ref wire._first, 32);
        if (value.Sign < 0 && !signed)
            throw new OverflowException($"{value} is negative.");
        if (!value.TryWriteBytes(bytes, out var written, isUnsigned: !signed))
            throw new OverflowException($"{value} needs more than 256 bits.");
        bytes[written..].Fill(value.Sign < 0 ? byte.MaxValue : (byte)0);
        return wire;
    }
}

internal sealed class BigIntegerConversion(bool signed) : Conversion<Wire256, BigInteger>
{
    public override BigInteger ToValue(Wire256 raw) => Wire256.ToInteger(raw, signed);

    public override Wire256 ToRaw(BigInteger value) => Wire256.FromInteger(value, signed);
}

/// <summary>The upper half of a Float32's bits.</summary>
internal sealed class BFloat16Conversion : Conversion<ushort, float>
{
    public override float ToValue(ushort raw) => BitConverter.UInt32BitsToSingle((uint)raw << 16);

    public override ushort ToRaw(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return (ushort)((bits >> 16) | 0x40);
        // To the nearest, ties to even.
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}

internal sealed class Decimal32Conversion(ClickHouseType type) : Conversion<int, decimal>
{
    public override decimal ToValue(int raw) => new(raw < 0 ? (int)-(long)raw : raw, 0, 0, raw < 0, (byte)type.Scale);

    public override int ToRaw(decimal value) => (int)DecimalDigits.Of(ClickHouseDecimal.FromDecimal(value), type);
}

internal sealed class Decimal64Conversion(ClickHouseType type) : Conversion<long, decimal>
{
    public override decimal ToValue(long raw)
    {
        var magnitude = raw < 0 ? (ulong)-(raw + 1) + 1 : (ulong)raw;
        return new((int)(uint)magnitude, (int)(uint)(magnitude >> 32), 0, raw < 0, (byte)type.Scale);
    }

    public override long ToRaw(decimal value) => (long)DecimalDigits.Of(ClickHouseDecimal.FromDecimal(value), type);
}

internal sealed class Decimal128Conversion(ClickHouseType type) : Conversion<Int128, ClickHouseDecimal>
{
    public override ClickHouseDecimal ToValue(Int128 raw) => new(raw, type.Scale);

    public override Int128 ToRaw(ClickHouseDecimal value) => (Int128)DecimalDigits.Of(value, type);
}

internal sealed class Decimal256Conversion(ClickHouseType type) : Conversion<Wire256, ClickHouseDecimal>
{
    public override ClickHouseDecimal ToValue(Wire256 raw) => new(Wire256.ToInteger(raw, signed: true), type.Scale);

    public override Wire256 ToRaw(ClickHouseDecimal value) => Wire256.FromInteger(DecimalDigits.Of(value, type), signed: true);
}

/// <summary>A number's digits at a type's scale, checked against its precision.</summary>
internal static class DecimalDigits
{
    /// <exception cref="OverflowException">The number has too many digits before or behind the point.</exception>
    public static BigInteger Of(ClickHouseDecimal value, ClickHouseType type)
    {
        var digits = value.At(type.Scale);
        return BigInteger.Abs(digits) < BigInteger.Pow(10, type.Precision) ? digits : throw new OverflowException($"{value} has too many digits for {type}.");
    }
}
