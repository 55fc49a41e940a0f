using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AnalyticsGraph.Server.Export;

/// <summary>A format that results are sent in. ClickHouse writes all of them.</summary>
/// <param name="Name">What <c>format=</c> calls it.</param>
/// <param name="MediaType">What <c>Accept</c> calls it.</param>
/// <param name="Extension">How a file's name ends.</param>
/// <param name="ClickHouseName">What ClickHouse calls it.</param>
internal sealed record ExportFormat(string Name, string MediaType, string Extension, string ClickHouseName)
{
    /// <summary>All formats; the first is sent to whom any is welcome.</summary>
    public static IReadOnlyList<ExportFormat> All { get; } =
    [
        new("ndjson", "application/x-ndjson", "ndjson", "JSONEachRow"),
        new("csv", "text/csv", "csv", "CSVWithNames"),
        new("arrow", "application/vnd.apache.arrow.stream", "arrows", "ArrowStream"),
        new("parquet", "application/vnd.apache.parquet", "parquet", "Parquet"),
    ];

    /// <summary>How values are written: moments as RFC 3339, and texts as texts.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["date_time_output_format"] = "iso",
        ["output_format_json_quote_denormals"] = "1",
        ["output_format_json_quote_64bit_integers"] = "0",
        ["output_format_arrow_string_as_string"] = "1",

        // Smaller than usual: a group is in memory until it is written.
        ["output_format_parquet_row_group_size"] = "250000",
    };

    /// <summary>The format of a name.</summary>
    public static ExportFormat? Named(string name) => All.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The format that a client would rather have; null if none of them.</summary>
    /// <param name="accept">Its <c>Accept</c>.</param>
    public static ExportFormat? Accepted(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept) || !MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var wanted))
        {
            return All[0];
        }

        // What remains of a range without its quality are parameters of the media type, which none of these has.
        var ranges = wanted.Select(range => (Type: new MediaTypeHeaderValue(range.MediaType), Quality: range.Quality ?? 1)).ToList();
        return ranges.Where(range => range.Quality > 0).OrderByDescending(range => range.Quality)
            .Select(range => All.FirstOrDefault(format => Decides(range.Type, format))).FirstOrDefault(format => format is not null);

        // RFC 9110, section 12.5.1: of the ranges that a media type is in, the narrowest one says how welcome it is.
        bool Decides(MediaTypeHeaderValue range, ExportFormat format) =>
            Has(range, format) && !ranges.Exists(other => Has(other.Type, format) && other.Type.IsSubsetOf(range) && !range.IsSubsetOf(other.Type));

        static bool Has(MediaTypeHeaderValue range, ExportFormat format) => new MediaTypeHeaderValue(format.MediaType).IsSubsetOf(range);
    }
}
