using System.IO.Compression;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Http;

namespace AnalyticsGraph.LocalClickHouse.Compression;

/// <summary>
/// Compression both ways. HTTP's: what a client sends by <c>Content-Encoding</c>, what it gets by <c>Accept-Encoding</c> and
/// <c>enable_http_compression=1</c>. And ClickHouse's own frames, within it: <c>decompress=1</c> and <c>compress=1</c>.
/// </summary>
internal static class ContentCoding
{
    private static readonly string[] Preferred = [.. Zstd.Available ? ["zstd"] : Array.Empty<string>(), "gzip", "br", "deflate"];

    /// <summary>The body with its codings undone.</summary>
    /// <exception cref="ServerException">The coding is not known here.</exception>
    internal static Stream Decode(HttpRequest request, QueryParameters parameters)
    {
        var coding = request.Headers.ContentEncoding.ToString().Trim();
        var received = new BodyStream(request.Body, parameters.Patience("http_receive_timeout"), request.HttpContext.RequestAborted);
        Stream body = coding.ToLowerInvariant() switch
        {
            "" or "identity" => received,
            "gzip" or "x-gzip" => new GZipStream(received, CompressionMode.Decompress),
            "deflate" => new ZLibStream(received, CompressionMode.Decompress),
            "br" => new BrotliStream(received, CompressionMode.Decompress),
            "zstd" when Zstd.Available => new ZstdReadStream(received),
            "zstd" => throw ServerException.Create(ErrorCode.UnsupportedMediaType,
                "This machine has no libzstd.so.1; install it, or use gzip, deflate, br or no Content-Encoding"),
            _ => throw ServerException.Create(ErrorCode.UnsupportedMediaType,
                $"The body's Content-Encoding '{coding}' is not supported here; use gzip, deflate, br, zstd or none"),
        };
        return parameters.Decompress ? new FrameReadStream(body) : body;
    }

    /// <summary>The HTTP coding for the answer, or null for none.</summary>
    internal static string? Choose(HttpRequest request, QueryParameters parameters)
    {
        if (!parameters.Enabled("enable_http_compression")) return null;
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        return Preferred.FirstOrDefault(coding => accepted.Any(a => a.Value.Equals(coding, StringComparison.OrdinalIgnoreCase) && a.Quality is null or > 0));
    }

    /// <summary>A stream that codes what is written to it.</summary>
    internal static Stream Encode(string coding, Stream body, QueryParameters parameters)
    {
        var level = parameters.Setting("http_zlib_compression_level") is ['7' or '8' or '9'] ? CompressionLevel.Optimal : CompressionLevel.Fastest;
        return coding switch
        {
            "gzip" => new GZipStream(body, level),
            "br" => new BrotliStream(body, level),
            "zstd" => new ZstdWriteStream(body),
            _ => new ZLibStream(body, level),
        };
    }
}
