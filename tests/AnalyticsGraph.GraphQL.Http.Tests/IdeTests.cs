using System.Net;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Http.Tests;

public sealed class IdeTests : IDisposable
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ide");

    public IdeTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "static", "js"));
        File.WriteAllText(Path.Combine(_folder.FullName, "index.html"), "<!doctype html><script src=\"static/js/main.1.js\"></script>");
        File.WriteAllText(Path.Combine(_folder.FullName, "static", "js", "main.1.js"), new string('x', 10_000));
        File.WriteAllText(Path.Combine(_folder.FullName, "LICENSE"), "terms");
        File.WriteAllText(Path.Combine(_folder.FullName, "index.mjs"), "export {}");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Get_Should_ServeThePage_When_ABrowserAsks()
    {
        await using var server = await StartAsync();

        using var redirect = await server.GetAsync("", Browser);
        using var page = await server.GetAsync("/", Browser);

        Assert.Equal((HttpStatusCode.TemporaryRedirect, "/graphql/"), (redirect.StatusCode, redirect.Headers.Location?.ToString()));
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("<!doctype html>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Should_TellTheIdeItsEndpointAndNoTelemetry()
    {
        await using var server = await StartAsync();

        using var response = await server.GetAsync("/bcp-config.json");

        var configuration = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.True(configuration.GetProperty("useBrowserUrlAsEndpoint").GetBoolean());
        Assert.True(configuration.GetProperty("disableTelemetry").GetBoolean());
        Assert.Equal(JsonValueKind.Null, configuration.GetProperty("gaTrackingId").ValueKind);
    }

    [Fact]
    public async Task Get_Should_CacheFilesForEver_When_TheirNamesCarryAHash()
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}/static/js/main.1.js");
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");

        using var response = await server.SendAsync(request);
        using var again = new HttpRequestMessage(HttpMethod.Get, request.RequestUri);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using var unchanged = await server.SendAsync(again);

        Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.InRange(response.Content.Headers.ContentLength!.Value, 1, 1000);
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Theory]
    [InlineData("/nothing.js")]
    [InlineData("/index.mjs")]
    [InlineData("/..%2f..%2fetc%2fpasswd")]
    [InlineData("/static")]
    [InlineData("/static/js/")]
    public async Task Get_Should_Answer404_When_ThereIsNoSuchFile(string path)
    {
        await using var server = await StartAsync();

        using var response = await server.GetAsync(path, Browser);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Get_Should_AnswerWithATraceIdThatTheLogHas_When_TheServerIsAtFault()
    {
        await using var server = await StartAsync();
        File.Delete(Path.Combine(_folder.FullName, "index.html"));

        using var response = await server.GetAsync("/", Browser);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("errors")[0];
        var logged = Assert.Single(server.Log);
        Assert.IsType<FileNotFoundException>(logged.Exception);
        Assert.Equal(("INTERNAL_SERVER_ERROR", logged.TraceId), (error.GetProperty("extensions").GetProperty("code").GetString(), error.GetProperty("extensions").GetProperty("traceId").GetString()));
        Assert.DoesNotContain("index.html", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?query={hello}", Browser)]
    [InlineData("/?query={hello}", "application/json")]
    public async Task Get_Should_Execute_When_ThereIsAQuery(string path, string accept)
    {
        await using var server = await StartAsync();

        using var response = await server.GetAsync(path, accept);

        Assert.Equal("""{"data":{"hello":"Hello world"}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Get_Should_SayWhatIsMissing_When_TheIdeIsNotInstalled()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { Ide = new IdeOptions { Folder = Path.Combine(_folder.FullName, "absent") } });

        using var response = await server.GetAsync("", Browser);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("not installed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<GraphQLServer> StartAsync() => await GraphQLServer.StartAsync(new GraphQLHttpOptions { Ide = new IdeOptions { Folder = _folder.FullName } });
}
