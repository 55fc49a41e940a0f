using Kind = AnalyticsGraph.ClickHouse.ClickHouseTypeKind;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>Which codec carries which type.</summary>
internal static class CodecTable
{
    /// <param name="type">The column's type, or one inside it.</param>
    /// <param name="column">The column's name, for the error.</param>
    /// <exception cref="ClickHouseFormatException">The type is not supported.</exception>
    public static ColumnCodec For(ClickHouseType type, string column) => type.Kind switch
    {
        Kind.Int8 => new FixedCodec<sbyte>(type),
        Kind.Int16 => new FixedCodec<short>(type),
        Kind.Int32 => new FixedCodec<int>(type),
        Kind.Int64 or Kind.Interval => new FixedCodec<long>(type),
        Kind.Int128 => new FixedCodec<Int128>(type),
        Kind.UInt8 => new FixedCodec<byte>(type),
        Kind.UInt16 => new FixedCodec<ushort>(type),
        Kind.UInt32 => new FixedCodec<uint>(type),
        Kind.UInt64 => new FixedCodec<ulong>(type),
        Kind.UInt128 => new FixedCodec<UInt128>(type),
        Kind.Float32 => new FixedCodec<float>(type),
        Kind.Float64 => new FixedCodec<double>(type),
        Kind.Bool => new FixedCodec<bool>(type),
        Kind.Int256 => new ConvertedCodec<Wire256, System.Numerics.BigInteger>(type, new BigIntegerConversion(signed: true)),
        Kind.UInt256 => new ConvertedCodec<Wire256, System.Numerics.BigInteger>(type, new BigIntegerConversion(signed: false)),
        Kind.BFloat16 => new ConvertedCodec<ushort, float>(type, new BFloat16Conversion()),
        Kind.Decimal => Decimal(type),
        Kind.Uuid => new ConvertedCodec<UInt128, Guid>(type, new UuidConversion()),
        Kind.Date => new ConvertedCodec<ushort, DateOnly>(type, new DateConversion()),
        Kind.Date32 => new ConvertedCodec<int, DateOnly>(type, new Date32Conversion()),
        Kind.DateTime => new ConvertedCodec<uint, DateTime>(type, new DateTimeConversion()),
        Kind.DateTime64 => new ConvertedCodec<long, DateTime>(type, new DateTime64Conversion(type.Scale)),
        Kind.Time => new ConvertedCodec<int, TimeSpan>(type, new TimeConversion()),
        Kind.Time64 => new ConvertedCodec<long, TimeSpan>(type, new Time64Conversion(type.Scale)),
        Kind.IPv4 => new ConvertedCodec<uint, System.Net.IPAddress>(type, new IPv4Conversion()),
        Kind.IPv6 => new ConvertedCodec<UInt128, System.Net.IPAddress>(type, new IPv6Conversion()),
        Kind.String => new StringCodec(type),
        Kind.Json => new JsonCodec(type),
        Kind.FixedString => new FixedStringCodec(type),
        Kind.Enum8 => new EnumCodec<sbyte>(type),
        Kind.Enum16 => new EnumCodec<short>(type),
        Kind.Nothing => new NothingCodec(type),
        Kind.Nullable => new NullableCodec(type, For(type.Elements[0], column)),
        Kind.LowCardinality => new LowCardinalityCodec(type, For(type.Elements[0].Kind == Kind.Nullable ? type.Elements[0].Elements[0] : type.Elements[0], column), column),
        Kind.Array => new ArrayCodec(type, For(type.Elements[0], column)),
        Kind.Map => new MapCodec(type, For(type.Elements[0], column), For(type.Elements[1], column)),
        Kind.Tuple => new TupleCodec(type, [.. type.Elements.Select(element => For(element, column))]),
        Kind.Variant => new VariantCodec(type, [.. type.Elements.Select(element => For(element, column))]),
        _ => throw new ClickHouseFormatException(
            $"Column '{column}' has the type {type}, which this client cannot carry. Convert it in the query, e.g. with toString(), toJSONString(), or finalizeAggregation() for an aggregate state."),
    };

    private static ColumnCodec Decimal(ClickHouseType type) => type.Precision switch
    {
        <= 9 => new ConvertedCodec<int, decimal>(type, new Decimal32Conversion(type)),
        <= 18 => new ConvertedCodec<long, decimal>(type, new Decimal64Conversion(type)),
        <= 38 => new ConvertedCodec<Int128, ClickHouseDecimal>(type, new Decimal128Conversion(type)),
        _ => new ConvertedCodec<Wire256, ClickHouseDecimal>(type, new Decimal256Conversion(type)),
    };
}
