using System.Collections.Frozen;
using Kind = AnalyticsGraph.ClickHouse.ClickHouseTypeKind;

namespace AnalyticsGraph.ClickHouse;

/// <summary>The types that are a mere name, and the names that stand for compounds.</summary>
internal static class TypeNames
{
    public static readonly FrozenDictionary<string, Kind> Simple = new Dictionary<string, Kind>(StringComparer.Ordinal)
    {
        ["Int8"] = Kind.Int8, ["Int16"] = Kind.Int16, ["Int32"] = Kind.Int32, ["Int64"] = Kind.Int64, ["Int128"] = Kind.Int128, ["Int256"] = Kind.Int256,
        ["UInt8"] = Kind.UInt8, ["UInt16"] = Kind.UInt16, ["UInt32"] = Kind.UInt32, ["UInt64"] = Kind.UInt64, ["UInt128"] = Kind.UInt128, ["UInt256"] = Kind.UInt256,
        ["BFloat16"] = Kind.BFloat16, ["Float32"] = Kind.Float32, ["Float64"] = Kind.Float64,
        ["String"] = Kind.String, ["Bool"] = Kind.Bool, ["UUID"] = Kind.Uuid, ["Date"] = Kind.Date, ["Date32"] = Kind.Date32,
        ["Time"] = Kind.Time, ["IPv4"] = Kind.IPv4, ["IPv6"] = Kind.IPv6, ["Nothing"] = Kind.Nothing, ["JSON"] = Kind.Json,
        // Only as a parameter's type: the name of a database, table or column, bound as text.
        ["Identifier"] = Kind.String,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Point"] = "Tuple(Float64, Float64)",
        ["Ring"] = "Array(Point)",
        ["LineString"] = "Array(Point)",
        ["MultiLineString"] = "Array(LineString)",
        ["Polygon"] = "Array(Ring)",
        ["MultiPolygon"] = "Array(Polygon)",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The same type under another text (an alias, a SimpleAggregateFunction around it).</summary>
    public static ClickHouseType WithText(this ClickHouseType type, string text) => new(text, type.Kind)
    {
        Elements = type.Elements,
        ElementNames = type.ElementNames,
        Precision = type.Precision,
        Scale = type.Scale,
        TimeZone = type.TimeZone,
        EnumMembers = type.EnumMembers,
    };
}
