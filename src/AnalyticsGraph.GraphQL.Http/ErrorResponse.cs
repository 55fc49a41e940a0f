using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Writes a response of one error, as GraphQL writes errors.</summary>
internal static class ErrorResponse
{
    public static async Task WriteAsync(HttpContext http, int status, ResponseMediaType mediaType, string message, string code)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors");
            writer.WriteStartObject();
            writer.WriteString("message", message);
            writer.WriteStartObject("extensions");
            writer.WriteString("code", code);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType.ContentType;
        http.Response.ContentLength = body.WrittenCount;
        http.Response.Headers.Vary = "Accept";
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.BodyWriter.WriteAsync(body.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
        }
    }
}
