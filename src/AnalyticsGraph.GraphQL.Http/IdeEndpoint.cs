using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// Serves the IDE (Banana Cake Pop) from the files of its npm package, unchanged. It asks for <c>bcp-config.json</c> beside its page, and is told there to use the page's own
/// address as its endpoint and to send no telemetry; a content security policy keeps it from any other host.
/// </summary>
internal sealed class IdeEndpoint
{
    private const string SecurityPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self' data: blob:; worker-src 'self' blob:; frame-ancestors 'self'; base-uri 'self'; form-action 'self'";

    private readonly string _folder;
    private readonly FrozenDictionary<string, IdeFile> _files;

    public IdeEndpoint(IdeOptions options)
    {
        _folder = options.Folder;
        var files = IdeFile.FindAll(options.Folder);
        if (files.ContainsKey("index.html"))
        {
            files["bcp-config.json"] = IdeFile.FromContent("application/json", Configuration(options));
        }

        _files = files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Serves the page. Its links are relative to its folder, so the address must end in a slash.</summary>
    public async Task ServePageAsync(HttpContext http)
    {
        http.Response.Headers.Vary = "Accept";
        if (!_files.TryGetValue("index.html", out var page))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync(
                $"The GraphQL IDE is not installed: there is no index.html in {Path.GetFileName(Path.TrimEndingDirectorySeparator(_folder))}. Build the server again with Node.js and npm at hand, or send GraphQL requests to this address.\n",
                http.RequestAborted).ConfigureAwait(false);
            return;
        }

        if (!http.Request.Path.Value!.EndsWith('/'))
        {
            http.Response.Redirect($"{http.Request.PathBase}{http.Request.Path}/{http.Request.QueryString}", permanent: false, preserveMethod: true);
            return;
        }

        http.Response.Headers.ContentSecurityPolicy = SecurityPolicy;
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        await page.ServeAsync(http, isImmutable: false).ConfigureAwait(false);
    }

    /// <summary>Serves a file below the page.</summary>
    public async Task ServeFileAsync(HttpContext http)
    {
        if (http.Request.RouteValues["file"] is string name && _files.TryGetValue(name, out var file))
        {
            http.Response.Headers.ContentSecurityPolicy = SecurityPolicy;
            // Names below static/ carry a hash of their content.
            await file.ServeAsync(http, isImmutable: name.StartsWith("static/", StringComparison.Ordinal)).ConfigureAwait(false);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private static byte[] Configuration(IdeOptions options) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
    {
        ["title"] = options.Title,
        ["useBrowserUrlAsEndpoint"] = true,
        ["disableTelemetry"] = true,
        ["gaTrackingId"] = null,
        ["includeCookies"] = true,
    });
}
