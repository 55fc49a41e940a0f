using System.Net;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Persisted;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>How an answer came about, for those who ask for it and may know.</summary>
public sealed class ProfileTests
{
    private const string Hello = """{"query":"{ hello caller }"}""";

    private static readonly GraphQLHttpOptions ForAll = new() { Profile = ProfileAccess.All };

    [Fact]
    public async Task Report_Should_TellPhasesAndSteps()
    {
        await using var server = await GraphQLServer.StartAsync(ForAll);
        using var first = await PostAsync(server, Hello, "report");
        using var second = await PostAsync(server, Hello, "report");

        var profile = await ProfileOfAsync(first);
        Assert.Equal(["parse", "validate", "plan", "cost", "execute", "serialize"], Names(profile));
        Assert.Equal(("query", JsonValueKind.Null, false), (profile.GetProperty("operationType").GetString(), profile.GetProperty("operationName").ValueKind, profile.GetProperty("documentWasCached").GetBoolean()));
        Assert.True(profile.GetProperty("ms").GetDouble() >= profile.GetProperty("phases").EnumerateArray().Max(phase => phase.GetProperty("ms").GetDouble()));
        var level = Assert.Single(profile.GetProperty("levels").EnumerateArray());
        Assert.Equal(1, level.GetProperty("level").GetInt32());
        Assert.Equal(["hello Query.hello 1 1", "caller Query.caller 1 1"], level.GetProperty("steps").EnumerateArray().Select(step =>
            $"{step.GetProperty("path")} {step.GetProperty("field")} {step.GetProperty("parents")} {step.GetProperty("rows")}"));
        Assert.Equal(["execute", "serialize"], Names(await ProfileOfAsync(second)));
    }

    [Theory]
    [InlineData("timing", false)]
    [InlineData("report", true)]
    public async Task Answer_Should_HaveServerTiming_When_Asked(string header, bool hasProfile)
    {
        await using var server = await GraphQLServer.StartAsync(ForAll);
        using var response = await PostAsync(server, Hello, header);

        var timing = Assert.Single(response.Headers.GetValues("Server-Timing"));
        Assert.Matches(@"^parse;dur=[\d.]+, validate;dur=[\d.]+, plan;dur=[\d.]+, cost;dur=[\d.]+, execute;dur=[\d.]+, serialize;dur=[\d.]+$", timing);
        Assert.Equal(hasProfile, (await response.Content.ReadAsStringAsync()).Contains("\"profile\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ProfileAccess.Off, null, false)]
    [InlineData(ProfileAccess.Local, null, true)]
    [InlineData(ProfileAccess.Local, "X-Forwarded-For", false)]
    [InlineData(ProfileAccess.Local, "Forwarded", false)]
    [InlineData(ProfileAccess.Local, "Via", false)]
    [InlineData(ProfileAccess.All, "X-Forwarded-For", true)]
    public async Task Answer_Should_BeAsWithoutAsking_When_TheCallerMayNotKnow(ProfileAccess access, string? proxy, bool isAllowed)
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { Profile = access });
        using var response = await PostAsync(server, Hello, "report", proxy);

        Assert.Equal(isAllowed, response.Headers.Contains("Server-Timing"));
        Assert.Equal(!isAllowed, response.Headers.TryGetValues("GraphQL-Profile", out var told) && told.Single() == "refused");
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(isAllowed, body != """{"data":{"hello":"Hello world","caller":null}}""");
    }

    [Fact]
    public async Task Answer_Should_FollowThePredicate_When_ThereIsOne()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { MayProfile = http => http.Request.Headers["X-Role"] == "operator" });
        using var stranger = await PostAsync(server, Hello, "report");
        using var known = await PostAsync(server, Hello, "report", "X-Role", "operator");

        Assert.False(stranger.Headers.Contains("Server-Timing"));
        Assert.True(known.Headers.Contains("Server-Timing"));
    }

    [Theory]
    [InlineData("""{"query":"{ hello"}""", "parse")]
    [InlineData("""{"query":"{ nobody }"}""", "parse,validate")]
    [InlineData("""{"query":"query($n: Int!) { big(length: $n) }"}""", "parse,validate")]
    public async Task Refusal_Should_TellHowFarItCame(string body, string phases)
    {
        await using var server = await GraphQLServer.StartAsync(ForAll);
        using var response = await PostAsync(server, body, "report");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(1, json.RootElement.GetProperty("errors").GetArrayLength());
        Assert.Equal(phases.Split(','), Names(json.RootElement.GetProperty("extensions").GetProperty("profile")));
        Assert.True(response.Headers.Contains("Server-Timing"));
    }

    [Fact]
    public async Task Step_Should_TellItsError_When_ItFails()
    {
        await using var server = await GraphQLServer.StartAsync(ForAll);
        using var response = await PostAsync(server, """{"query":"{ hello fail }"}""", "report");

        var steps = (await ProfileOfAsync(response)).GetProperty("levels")[0].GetProperty("steps");
        Assert.False(steps[0].TryGetProperty("error", out _));
        Assert.NotEqual("", steps[1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task Batch_Should_TellEachByItself_AndAddUpTheTimes()
    {
        await using var server = await GraphQLServer.StartAsync(ForAll);
        using var response = await PostAsync(server, $$"""[{{Hello}}, {"query":"{ hello"}, {"query":"query($n: [Int!]!) { sum(numbers: $n) }","variables":[{"n":[1]},{"n":[2]}]}]""", "report");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(
            [true, true, true, true],
            json.RootElement.EnumerateArray().SelectMany(IEnumerable<JsonElement> (entry) => entry.ValueKind == JsonValueKind.Array ? entry.EnumerateArray() : [entry])
                .Select(answer => answer.GetProperty("extensions").TryGetProperty("profile", out _)));
        Assert.Equal(1, Assert.Single(response.Headers.GetValues("Server-Timing")).Split("execute;").Length - 1);
    }

    [Fact]
    public async Task Parts_Should_TellWithTheLastOne()
    {
        await using var server = await GraphQLServer.StartAsync(ForAll);
        server.Gate.SetResult("open");
        using var request = Request(server, """{"query":"{ hello ... @defer { gate } ... @defer { caller } }"}""", "report");
        request.Headers.TryAddWithoutValidation("Accept", "multipart/mixed");
        using var response = await server.Client.SendAsync(request);

        var parts = (await response.Content.ReadAsStringAsync()).Split("\r\n---").Where(part => part.Contains("hasNext", StringComparison.Ordinal)).ToList();
        Assert.True(parts.Count > 1);
        Assert.All(parts[..^1], part => Assert.DoesNotContain("profile", part, StringComparison.Ordinal));
        Assert.Contains("\"path\":\"gate\"", parts[^1], StringComparison.Ordinal);
        Assert.Contains("\"path\":\"hello\"", parts[^1], StringComparison.Ordinal);
        Assert.Contains("\"hasNext\":false", parts[^1], StringComparison.Ordinal);
        Assert.True(response.Headers.Contains("Server-Timing"));
    }

    [Fact]
    public async Task CachedOperation_Should_BeTheSame_WhetherSomebodyProfilesOrNot()
    {
        await using var server = await GraphQLServer.StartAsync(ForAll, trusted: new DocumentFile("greet.graphql", "query Greet { hello }"u8.ToArray()));
        using var before = await GetAsync(server, null, null);
        var tag = before.Headers.ETag!.Tag;
        using var profiled = await GetAsync(server, "report", tag);
        using var timed = await GetAsync(server, "timing", tag);
        using var after = await GetAsync(server, null, tag);

        Assert.Equal("Accept, GraphQL-Cost, GraphQL-Profile", before.Headers.Vary.ToString());
        foreach (var observed in new[] { profiled, timed })
        {
            Assert.Equal(HttpStatusCode.OK, observed.StatusCode);
            Assert.Null(observed.Headers.ETag);
            Assert.Equal("no-store", observed.Headers.CacheControl?.ToString());
            Assert.Equal("Accept, GraphQL-Cost, GraphQL-Profile", observed.Headers.Vary.ToString());
        }

        Assert.Equal(HttpStatusCode.NotModified, after.StatusCode);
        Assert.Equal(tag, after.Headers.ETag!.Tag);
    }

    private static async Task<HttpResponseMessage> GetAsync(GraphQLServer server, string? profile, string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}/operations/Greet");
        if (profile is not null)
        {
            request.Headers.Add("GraphQL-Profile", profile);
        }

        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        return await server.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> PostAsync(GraphQLServer server, string body, string profile, string? header = null, string value = "for=192.0.2.1")
    {
        using var request = Request(server, body, profile);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return await server.SendAsync(request);
    }

    private static HttpRequestMessage Request(GraphQLServer server, string body, string profile) => new(HttpMethod.Post, server.Url)
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
        Headers = { { "GraphQL-Profile", profile } },
    };

    private static async Task<JsonElement> ProfileOfAsync(HttpResponseMessage response)
    {
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("extensions").GetProperty("profile").Clone();
    }

    private static IEnumerable<string?> Names(JsonElement profile) => profile.GetProperty("phases").EnumerateArray().Select(phase => phase.GetProperty("name").GetString());
}
