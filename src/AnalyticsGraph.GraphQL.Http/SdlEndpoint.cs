using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Serves the schema as SDL: plain text, so that browsers show it. <c>?sdl=semanticNonNull</c> answers with <see cref="SemanticNonNull"/>.</summary>
/// <param name="sdl">The SDL; null to print the executor's schema.</param>
internal sealed class SdlEndpoint(string? sdl)
{
    private Served? _plain;
    private Served? _semantic;

    /// <exception cref="HttpFaultException">The schema is asked for in a form that there is none of.</exception>
    public async Task ServeAsync(HttpContext http, GraphQLExecutor executor)
    {
        var schema = executor.Schema.Schema;
        var served = http.Request.Query["sdl"].ToString() switch
        {
            "" => Of(ref _plain, schema, text => text),
            "semanticNonNull" => Of(ref _semantic, schema, SemanticNonNull.Print),
            _ => throw HttpFaultException.BadRequest("Ask for the schema by ?sdl, or by ?sdl=semanticNonNull."),
        };

        http.Response.Headers.CacheControl = "no-cache";
        if (EntityTag.IsKnown(http, served.Tag))
        {
            return;
        }

        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.ContentLength = served.Content.Length;
        await http.Response.BodyWriter.WriteAsync(served.Content, http.RequestAborted).ConfigureAwait(false);
    }

    private Served Of(ref Served? served, Schema schema, Func<string, string> form)
    {
        if (served is { } known && ReferenceEquals(known.Schema, schema))
        {
            return known;
        }

        var content = Encoding.UTF8.GetBytes($"{form(sdl ?? SchemaPrinter.Print(schema))}\n");
        return served = new Served(schema, content, EntityTag.Of(content));
    }

    private sealed record Served(Schema Schema, byte[] Content, string Tag);
}
