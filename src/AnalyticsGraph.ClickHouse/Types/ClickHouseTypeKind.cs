namespace AnalyticsGraph.ClickHouse;

/// <summary>The family of a <see cref="ClickHouseType"/>.</summary>
public enum ClickHouseTypeKind
{
    /// <summary>A type this client cannot read or write (AggregateFunction, Dynamic, ...).</summary>
    Unknown,

    /// <summary>A signed integer of 8 bits.</summary>
    Int8,

    /// <summary>A signed integer of 16 bits.</summary>
    Int16,

    /// <summary>A signed integer of 32 bits.</summary>
    Int32,

    /// <summary>A signed integer of 64 bits.</summary>
    Int64,

    /// <summary>A signed integer of 128 bits.</summary>
    Int128,

    /// <summary>A signed integer of 256 bits.</summary>
    Int256,

    /// <summary>An unsigned integer of 8 bits.</summary>
    UInt8,

    /// <summary>An unsigned integer of 16 bits.</summary>
    UInt16,

    /// <summary>An unsigned integer of 32 bits.</summary>
    UInt32,

    /// <summary>An unsigned integer of 64 bits.</summary>
    UInt64,

    /// <summary>An unsigned integer of 128 bits.</summary>
    UInt128,

    /// <summary>An unsigned integer of 256 bits.</summary>
    UInt256,

    /// <summary>A float of 16 bits: the upper half of a Float32.</summary>
    BFloat16,

    /// <summary>A float of 32 bits.</summary>
    Float32,

    /// <summary>A float of 64 bits.</summary>
    Float64,

    /// <summary>A fixed point number; precision and scale are in the type.</summary>
    Decimal,

    /// <summary>Bytes of any length, by convention UTF-8.</summary>
    String,

    /// <summary>Exactly N bytes.</summary>
    FixedString,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A UUID.</summary>
    Uuid,

    /// <summary>A day from 1970 to 2149.</summary>
    Date,

    /// <summary>A day from 1900 to 2299.</summary>
    Date32,

    /// <summary>An instant in whole seconds, from 1970 to 2106.</summary>
    DateTime,

    /// <summary>An instant with a decimal fraction of a second.</summary>
    DateTime64,

    /// <summary>A time of day or span in whole seconds.</summary>
    Time,

    /// <summary>A time of day or span with a decimal fraction of a second.</summary>
    Time64,

    /// <summary>Named numbers of 8 bits.</summary>
    Enum8,

    /// <summary>Named numbers of 16 bits.</summary>
    Enum16,

    /// <summary>An IPv4 address.</summary>
    IPv4,

    /// <summary>An IPv6 address.</summary>
    IPv6,

    /// <summary>A count of some unit of time (IntervalDay, ...).</summary>
    Interval,

    /// <summary>The type of NULL and of an empty array's items.</summary>
    Nothing,

    /// <summary>JSON, carried as text.</summary>
    Json,

    /// <summary>A value or NULL.</summary>
    Nullable,

    /// <summary>Values through a dictionary.</summary>
    LowCardinality,

    /// <summary>A list.</summary>
    Array,

    /// <summary>Pairs of key and value.</summary>
    Map,

    /// <summary>A fixed row of values.</summary>
    Tuple,

    /// <summary>A value of one of several types, or NULL.</summary>
    Variant,
}
