using System.IO.Pipelines;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Writes responses of one piece.</summary>
internal static class WholeResponse
{
    private const int Slice = 256 * 1024;

    /// <summary>Writes a response of one error.</summary>
    public static async Task WriteAsync(HttpContext http, int status, ResponseMediaType mediaType, GraphQLError error)
    {
        using var result = ExecutionResult.Refuse(error);
        await WriteAsync(http, status, mediaType, result).ConfigureAwait(false);
    }

    public static async Task WriteAsync(HttpContext http, int status, ResponseMediaType mediaType, ExecutionResult result)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType.ContentType;
        http.Response.ContentLength = result.IsLong ? null : result.Body.Length;
        SetVary(http);
        if (!result.Timings.IsEmpty)
        {
            RequestProfile.WriteTimings(http.Response, result.Timings);
        }

        if (status == StatusCodes.Status405MethodNotAllowed && http.Response.Headers.Allow.Count == 0)
        {
            http.Response.Headers.Allow = HttpMethods.Post;
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await WriteAsync(http.Response.BodyWriter, result, http.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a response piece by piece.</summary>
    public static async ValueTask WriteAsync(PipeWriter writer, ExecutionResult result, CancellationToken cancellation)
    {
        foreach (var piece in result.Pieces)
        {
            await WriteAsync(writer, piece, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Tells caches what an answer depends on besides its URL.</summary>
    public static void SetVary(HttpContext http) =>
        http.Response.Headers.Vary = HttpMethods.IsPost(http.Request.Method) ? "Accept" : $"Accept, GraphQL-Cost, {RequestProfile.Header}";

    /// <summary>Writes a body no faster than the client takes it: what is handed over at once is copied at once, however slowly it is read.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="body">The body; must stay as it is until all is written.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public static async ValueTask WriteAsync(PipeWriter writer, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        while (body.Length > Slice)
        {
            await writer.WriteAsync(body[..Slice], cancellation).ConfigureAwait(false);
            body = body[Slice..];
        }

        await writer.WriteAsync(body, cancellation).ConfigureAwait(false);
    }
}
