namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>The media types of ClickHouse's output formats.</summary>
internal static class Formats
{
    /// <summary>The <c>Content-Type</c> a ClickHouse server sends with a format.</summary>
    internal static string MediaType(string format)
    {
        if (format.StartsWith("CSV", StringComparison.Ordinal))
        {
            return $"text/csv; charset=UTF-8; header={(format.StartsWith("CSVWithNames", StringComparison.Ordinal) ? "present" : "absent")}";
        }
        if (format.StartsWith("TabSeparated", StringComparison.Ordinal) || format.StartsWith("TSV", StringComparison.Ordinal)) return "text/tab-separated-values; charset=UTF-8";
        if (format.EndsWith("EachRow", StringComparison.Ordinal) || format is "JSONLines" or "NDJSON" || format.StartsWith("JSONCompactEachRow", StringComparison.Ordinal))
        {
            return "application/x-ndjson; charset=UTF-8";
        }
        return format switch
        {
            "JSON" or "JSONStrings" or "JSONCompact" or "JSONCompactStrings" or "JSONColumns" or "JSONCompactColumns" or "JSONColumnsWithMetadata" or "JSONObjectEachRow" => "application/json; charset=UTF-8",
            "XML" => "application/xml; charset=UTF-8",
            "Markdown" => "text/markdown; charset=UTF-8",
            "Native" or "RowBinary" or "RowBinaryWithNames" or "RowBinaryWithNamesAndTypes" or "Parquet" or "ORC" or "Avro" or "Arrow" or "ArrowStream" or "MsgPack" or "Npy" or "BSONEachRow" => "application/octet-stream",
            _ => "text/plain; charset=UTF-8",
        };
    }
}
