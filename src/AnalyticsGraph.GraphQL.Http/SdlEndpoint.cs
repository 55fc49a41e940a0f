using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Serves the schema as SDL: plain text, so that browsers show it.</summary>
/// <param name="sdl">The SDL; null to print the executor's schema.</param>
internal sealed class SdlEndpoint(string? sdl)
{
    private Served? _served;

    public async Task ServeAsync(HttpContext http, GraphQLExecutor executor)
    {
        var schema = executor.Schema.Schema;
        var served = _served;
        if (served is null || !ReferenceEquals(served.Schema, schema))
        {
            var content = Encoding.UTF8.GetBytes($"{sdl ?? SchemaPrinter.Print(schema)}\n");
            _served = served = new Served(schema, content, EntityTag.Of(content));
        }

        http.Response.Headers.CacheControl = "no-cache";
        if (EntityTag.IsKnown(http, served.Tag))
        {
            return;
        }

        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.ContentLength = served.Content.Length;
        await http.Response.BodyWriter.WriteAsync(served.Content, http.RequestAborted).ConfigureAwait(false);
    }

    private sealed record Served(Schema Schema, byte[] Content, string Tag);
}
