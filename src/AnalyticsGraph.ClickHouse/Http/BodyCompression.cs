using System.IO.Compression;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>The two compressions of ClickHouse's HTTP interface that .NET can do: HTTP's gzip, and the server's own LZ4 frames.</summary>
internal static class BodyCompression
{
    /// <summary>A stream that compresses into the body; disposing it ends the compression and leaves the body open.</summary>
    public static Stream Compress(Stream body, ClickHouseCompression compression) => compression switch
    {
        ClickHouseCompression.Gzip => new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true),
        ClickHouseCompression.Lz4 => new Compression.Lz4WriteStream(body),
        _ => body,
    };

    /// <summary>A stream that reads the decompressed body.</summary>
    /// <param name="body">As it comes.</param>
    /// <param name="encoding">The response's Content-Encoding, if any.</param>
    /// <param name="framed">Whether the server was asked for its LZ4 frames.</param>
    public static Stream Decompress(Stream body, string? encoding, bool framed) => encoding switch
    {
        null or "" or "identity" => framed ? new Compression.Lz4ReadStream(body) : body,
        "gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        _ => throw new ClickHouseTransportException($"The server answered in the encoding '{encoding}', which this client did not ask for and cannot read."),
    };
}
