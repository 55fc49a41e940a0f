using System.Net;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>A block that is in Native format already as a request's body.</summary>
internal sealed class NativeContent(ReadOnlyMemory<byte> native, ClickHouseCompression compression) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var body = BodyCompression.Compress(stream, compression);
        await body.WriteAsync(native, cancellationToken).ConfigureAwait(false);
        if (!ReferenceEquals(body, stream))
            await body.DisposeAsync().ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = native.Length;
        return compression == ClickHouseCompression.None;
    }
}
