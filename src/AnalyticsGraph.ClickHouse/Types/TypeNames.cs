using System.Collections.Frozen;
using Kind = AnalyticsGraph.ClickHouse.ClickHouseTypeKind;

namespace AnalyticsGraph.ClickHouse;

/// <summary>The types that are a mere name, and the names that stand for compounds.</summary>
internal static class TypeNames
{
    private static readonly Kind[] NamedAsTheirKind =
    [
        Kind.Int8, Kind.Int16, Kind.Int32, Kind.Int64, Kind.Int128, Kind.Int256,
        Kind.UInt8, Kind.UInt16, Kind.UInt32, Kind.UInt64, Kind.UInt128, Kind.UInt256,
        Kind.BFloat16, Kind.Float32, Kind.Float64, Kind.String, Kind.Bool, Kind.Date, Kind.Date32, Kind.Time, Kind.IPv4, Kind.IPv6, Kind.Nothing,
    ];

    public static readonly FrozenDictionary<string, Kind> Simple = new Dictionary<string, Kind>(NamedAsTheirKind.Select(kind => KeyValuePair.Create(kind.ToString(), kind)), StringComparer.Ordinal)
    {
        ["UUID"] = Kind.Uuid,
        ["JSON"] = Kind.Json,
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
