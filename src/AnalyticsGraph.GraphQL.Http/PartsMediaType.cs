using Microsoft.Extensions.Primitives;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>A media type that takes a response in parts, each as soon as it is there, and how a part is framed in it.</summary>
internal abstract class PartsMediaType
{
    /// <summary>Incremental delivery over HTTP: parts between boundaries. Each boundary follows its part at once, because clients wait for it.</summary>
    public static PartsMediaType Multipart { get; } = new MultipartMixed();

    /// <summary>GraphQL over Server-Sent Events: an event <c>next</c> for each part and <c>complete</c> at the end.</summary>
    public static PartsMediaType EventStream { get; } = new ServerSentEvents();

    /// <summary>The header's value.</summary>
    public abstract string ContentType { get; }

    /// <summary>What stands before a part.</summary>
    public abstract ReadOnlySpan<byte> Before(bool isFirst);

    /// <summary>What stands after a part.</summary>
    public abstract ReadOnlySpan<byte> After(bool isLast);

    /// <summary>
    /// The type to send parts in: the one of higher quality, then <see cref="Multipart"/>; null if neither is named. A range that asks for an older format of parts
    /// (<c>deferSpec</c>) or for subscriptions is not meant: who sends it takes whole responses too.
    /// </summary>
    public static PartsMediaType? Negotiate(StringValues accept)
    {
        // Looked at for every request, and most do not speak of parts.
        var text = accept.ToString();
        if (!text.Contains("multipart", StringComparison.OrdinalIgnoreCase) && !text.Contains("event-stream", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var multipart = ResponseMediaType.QualityOf(accept, "multipart", "mixed");
        var events = ResponseMediaType.QualityOf(accept, "text", "event-stream");
        return multipart == 0 && events == 0 ? null : multipart >= events ? Multipart : EventStream;
    }

    private sealed class MultipartMixed : PartsMediaType
    {
        public override string ContentType => "multipart/mixed; boundary=\"-\"";

        public override ReadOnlySpan<byte> Before(bool isFirst) => isFirst
            ? "\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"u8
            : "Content-Type: application/json; charset=utf-8\r\n\r\n"u8;

        public override ReadOnlySpan<byte> After(bool isLast) => isLast ? "\r\n-----\r\n"u8 : "\r\n---\r\n"u8;
    }

    private sealed class ServerSentEvents : PartsMediaType
    {
        public override string ContentType => "text/event-stream; charset=utf-8";

        public override ReadOnlySpan<byte> Before(bool isFirst) => "event: next\ndata: "u8;

        public override ReadOnlySpan<byte> After(bool isLast) => isLast ? "\n\nevent: complete\ndata:\n\n"u8 : "\n\n"u8;
    }
}
