using System.Buffers;
using System.IO.Pipelines;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Sends a response in parts. Each is flushed when it is there, and the next one is not begun before the client's connection has taken it.</summary>
internal static class PartsResponse
{
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    public static async Task WriteAsync(HttpContext http, PartsMediaType mediaType, ExecutionResult first)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = mediaType.ContentType;
        http.Response.Headers.Vary = "Accept";
        if (!first.Timings.IsEmpty)
        {
            RequestProfile.WriteTimings(http.Response, first.Timings);
        }

        http.Response.Headers.CacheControl = "no-cache";
        // A proxy that collects the parts would take their purpose from them.
        http.Response.Headers["X-Accel-Buffering"] = "no";

        if (first is not IncrementalResult incremental)
        {
            await WriteAsync(http, mediaType, first, isFirst: true, isLast: true).ConfigureAwait(false);
            return;
        }

        await using var _ = incremental.ConfigureAwait(false);
        await WriteAsync(http, mediaType, first, isFirst: true, isLast: false).ConfigureAwait(false);
        while (await incremental.NextAsync().ConfigureAwait(false) is { } part)
        {
            using (part)
            {
                http.RequestAborted.ThrowIfCancellationRequested();
                await WriteAsync(http, mediaType, part, isFirst: false, isLast: !incremental.HasNext).ConfigureAwait(false);
            }
        }
    }

    private static async Task WriteAsync(HttpContext http, PartsMediaType mediaType, ExecutionResult part, bool isFirst, bool isLast)
    {
        var writer = http.Response.BodyWriter;
        writer.Write(mediaType.Before(isFirst));
        WriteOnOneLine(writer, part.Body.Span);
        writer.Write(mediaType.After(isLast));
        await writer.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    // A line break would end an event's data. In JSON it can only stand between tokens, where a space does as well.
    private static void WriteOnOneLine(PipeWriter writer, ReadOnlySpan<byte> json)
    {
        while (json.IndexOfAny(LineBreaks) is >= 0 and var at)
        {
            writer.Write(json[..at]);
            writer.Write(" "u8);
            json = json[(at + 1)..];
        }

        writer.Write(json);
    }
}
