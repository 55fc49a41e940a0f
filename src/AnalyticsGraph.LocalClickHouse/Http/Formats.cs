using System.Collections.Frozen;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>The media types of ClickHouse's output formats.</summary>
internal static class Formats
{
    private const string Lines = "application/x-ndjson; charset=UTF-8";
    private const string Json = "application/json; charset=UTF-8";
    private const string Bytes = "application/octet-stream";

    private static readonly FrozenDictionary<string, string> Types = new (string Type, string[] Formats)[]
    {
        (Lines, ["JSONEachRow", "JSONLines", "NDJSON", "JSONStringsEachRow", "JSONEachRowWithProgress", "JSONStringsEachRowWithProgress"]),
        (Json, ["JSON", "JSONStrings", "JSONCompact", "JSONCompactStrings", "JSONColumns", "JSONCompactColumns", "JSONColumnsWithMetadata", "JSONObjectEachRow"]),
        (Bytes, ["Native", "RowBinary", "RowBinaryWithNames", "RowBinaryWithNamesAndTypes", "Parquet", "ORC", "Avro", "Arrow", "ArrowStream"]),
        (Bytes, ["MsgPack", "Npy", "BSONEachRow", "CapnProto", "Protobuf", "ProtobufSingle", "ProtobufList", "RawBLOB"]),
        ("application/xml; charset=UTF-8", ["XML"]),
        ("text/markdown; charset=UTF-8", ["Markdown"]),
    }.SelectMany(t => t.Formats.Select(f => KeyValuePair.Create(f, t.Type))).ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> InPieces = FrozenSet.ToFrozenSet(
        [
            "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "CSV", "TSKV", "LineAsString", "RawBLOB", "Native", "RowBinary", "RowBinaryWithDefaults", "MsgPack", "Null",
            "JSONEachRow", "JSONLines", "NDJSON", "JSONStringsEachRow", "JSONCompactEachRow", "JSONCompactStringsEachRow",
        ],
        StringComparer.Ordinal);

    /// <summary>Whether a result in a format is its blocks one after another, with nothing before, between or after them.</summary>
    internal static bool IsInPieces(string format) => InPieces.Contains(format);

    /// <summary>The <c>Content-Type</c> a ClickHouse server sends with a format.</summary>
    internal static string MediaType(string format)
    {
        if (Types.TryGetValue(format, out var type)) return type;
        if (Begins("CSV")) return $"text/csv; charset=UTF-8; header={(Begins("CSVWithNames") ? "present" : "absent")}";
        if (Begins("TabSeparated") || Begins("TSV")) return "text/tab-separated-values; charset=UTF-8";
        return Begins("JSONCompact") ? Lines : "text/plain; charset=UTF-8";

        bool Begins(string name) => format.StartsWith(name, StringComparison.Ordinal);
    }
}
