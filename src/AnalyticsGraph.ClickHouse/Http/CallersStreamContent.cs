using System.Net;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>The rest of a stream that stays its owner's: unlike <see cref="StreamContent"/> it does not close it, so that a stream that can be read again can be sent again.</summary>
/// <param name="stream">The stream.</param>
internal sealed class CallersStreamContent(Stream stream) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream to, TransportContext? context) => SerializeToStreamAsync(to, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream to, TransportContext? context, CancellationToken cancellationToken) => stream.CopyToAsync(to, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
