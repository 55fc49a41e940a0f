using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Writes responses of one piece.</summary>
internal static class WholeResponse
{
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
        http.Response.ContentLength = result.Body.Length;
        http.Response.Headers.Vary = "Accept";
        if (status == StatusCodes.Status405MethodNotAllowed && http.Response.Headers.Allow.Count == 0)
        {
            http.Response.Headers.Allow = HttpMethods.Post;
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.BodyWriter.WriteAsync(result.Body, http.RequestAborted).ConfigureAwait(false);
        }
    }
}
