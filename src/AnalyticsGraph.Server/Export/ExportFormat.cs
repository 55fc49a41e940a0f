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

        return wanted.Where(range => range.Quality is null or > 0).OrderByDescending(range => range.Quality ?? 1)
            .Select(range => All.FirstOrDefault(format => new MediaTypeHeaderValue(format.MediaType).IsSubsetOf(WithoutQuality(range)))).FirstOrDefault(format => format is not null);

        // What remains of a range with a quality are parameters of the media type, which none of these has.
        static MediaTypeHeaderValue WithoutQuality(MediaTypeHeaderValue range) => new(range.MediaType);
    }
}
