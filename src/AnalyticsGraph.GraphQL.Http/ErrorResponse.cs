using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Writes a response of one error, as GraphQL writes errors.</summary>
internal static class ErrorResponse
{
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
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.BodyWriter.WriteAsync(result.Body, http.RequestAborted).ConfigureAwait(false);
        }
    }
}
