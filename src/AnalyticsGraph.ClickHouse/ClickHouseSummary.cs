using System.Globalization;
using System.Text.Json;

namespace AnalyticsGraph.ClickHouse;

/// <summary>What the server says it did (<c>X-ClickHouse-Summary</c>). Of a streamed result these are the numbers when its first bytes left; of inserts and DDL the final ones.</summary>
/// <param name="QueryId">The statement's id.</param>
public sealed record ClickHouseSummary(string QueryId)
{
    /// <summary>Rows read from tables.</summary>
    public long ReadRows { get; init; }

    /// <summary>Bytes read from tables, uncompressed.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Rows written, into materialized views too.</summary>
    public long WrittenRows { get; init; }

    /// <summary>Bytes written, uncompressed.</summary>
    public long WrittenBytes { get; init; }

    /// <summary>Rows of the result.</summary>
    public long ResultRows { get; init; }

    /// <summary>Bytes of the result.</summary>
    public long ResultBytes { get; init; }

    /// <summary>Time spent by the server.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Reads the header; what is missing or malformed stays 0, for statistics are no reason to fail.</summary>
    internal static ClickHouseSummary Parse(string queryId, string? header)
    {
        var summary = new ClickHouseSummary(queryId);
        if (header is null)
            return summary;
        try
        {
            using var json = JsonDocument.Parse(header);
            return summary with
            {
                ReadRows = Number(json, "read_rows"),
                ReadBytes = Number(json, "read_bytes"),
                WrittenRows = Number(json, "written_rows"),
                WrittenBytes = Number(json, "written_bytes"),
                ResultRows = Number(json, "result_rows"),
                ResultBytes = Number(json, "result_bytes"),
                Elapsed = TimeSpan.FromTicks(Number(json, "elapsed_ns") / TimeSpan.NanosecondsPerTick),
            };
        }
        catch (JsonException)
        {
            return summary;
        }
    }

    private static long Number(JsonDocument json, string name)
    {
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty(name, out var value))
            return 0;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        return long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
