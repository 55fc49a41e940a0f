using System.IO.Compression;

namespace AnalyticsGraph.Server.Ingest;

/// <summary>A body of gzip members without its compression. What stands behind the last one is refused: .NET's decoder passes over it, and a body is taken as a whole or not at all.</summary>
internal sealed class GzipBody(ClientBody body) : GZipStream(body, CompressionMode.Decompress)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await base.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException("The body is no gzip, or it is damaged or cut.", fault);
        }

        // After a member the decoder asks for more, unless it has bytes that begin none.
        return read > 0 || buffer.IsEmpty || body.HasEnded ? read : throw new InvalidDataException("Something that is no gzip stands behind the end of the body's gzip.");
    }
}
