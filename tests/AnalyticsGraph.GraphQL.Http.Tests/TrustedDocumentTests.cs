using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Persisted;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>Documents that the server's owner vouches for: by their id, as resources of their own, and where nothing else is run.</summary>
public sealed class TrustedDocumentTests
{
    private const string Greet = "query Greet($name: String, $json: JSON) { hello(name: $name) echo(json: $json) }";
    private const string Several = "query Sum($n: [Int!]!) { sum(numbers: $n) } mutation Bump { bump } query Echo($json: JSON) { echo(json: $json) } query Fail { fail }";

    private static readonly DocumentFile[] Files = [File("greet.graphql", Greet), File("several.graphql", Several)];

    [Theory]
    [InlineData("sha256:HASH")]
    [InlineData("HASH")]
    [InlineData("Greet")]
    public async Task Request_Should_RunTheDocument_When_ItSendsItsId(string id)
    {
        await using var server = await StartAsync();
        id = id.Replace("HASH", Hash(Greet), StringComparison.Ordinal);

        using var posted = await server.PostAsync(JsonSerializer.Serialize(new { documentId = id, variables = new { name = "you" } }));
        using var got = await server.GetAsync($"?documentId={id}&variables={{\"name\":\"you\"}}");

        Assert.Equal("""{"data":{"hello":"Hello you","echo":null}}""", await posted.Content.ReadAsStringAsync());
        Assert.Equal("""{"data":{"hello":"Hello you","echo":null}}""", await got.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"documentId":"SEVERAL","operationName":"Bump"}""", """{"data":{"bump":1}}""")]
    [InlineData("""{"documentId":"SEVERAL"}""", "OPERATION_NOT_FOUND")]
    [InlineData("""{"documentId":"Bump","operationName":"Nobody"}""", "OPERATION_NOT_FOUND")]
    [InlineData("""{"documentId":"Bump","query":"{ hello }"}""", "BAD_REQUEST")]
    [InlineData("""{"documentId":"sha256:SEVERAL0"}""", "PERSISTED_QUERY_NOT_FOUND")]
    [InlineData("""{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"SEVERAL"}},"operationName":"Bump"}""", """{"data":{"bump":1}}""")]
    public async Task Request_Should_SayWhichOperation(string body, string expected)
    {
        await using var server = await StartAsync();

        using var response = await server.PostAsync(body.Replace("SEVERAL", Hash(Several), StringComparison.Ordinal));

        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Greet", """{"data":{"hello":"Hello world","echo":null}}""")]
    [InlineData("Greet?name=you", """{"data":{"hello":"Hello you","echo":null}}""")]
    [InlineData("Greet?name=7&json=7", """{"data":{"hello":"Hello 7","echo":7}}""")]
    [InlineData("Greet?name=", """{"data":{"hello":"Hello ","echo":null}}""")]
    [InlineData("Sum?n=1&n=2", """{"data":{"sum":3}}""")]
    [InlineData("Sum?n=[1,2,3]", """{"data":{"sum":6}}""")]
    [InlineData("Sum?n=1", """{"data":{"sum":1}}""")]
    [InlineData("Echo?json={\"a\":[1]}", """{"data":{"echo":{"a":[1]}}}""")]
    [InlineData("Echo?json=text", """{"data":{"echo":"text"}}""")]
    public async Task Operation_Should_CoerceVariablesByTheirTypes(string path, string expected)
    {
        await using var server = await StartAsync();

        using var response = await server.GetAsync($"/operations/{path}");

        Assert.Equal((HttpStatusCode.OK, expected), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("Nobody", 404, "PERSISTED_QUERY_NOT_FOUND")]
    [InlineData("Greet?nmae=you", 400, "it has \\u0022name\\u0022, \\u0022json\\u0022")]
    [InlineData("Greet?name=a&name=b", 400, "must be given once")]
    [InlineData("Sum?n=x", 400, "BAD_USER_INPUT")]
    [InlineData("Sum", 400, "BAD_USER_INPUT")]
    [InlineData("Sum?n=[1", 400, "not valid JSON")]
    [InlineData("Sum?n=[\"%5Cud800\"]", 400, "half of a surrogate pair")]
    [InlineData("Echo?json={\"%5Cudc00\":1}", 400, "half of a surrogate pair")]
    [InlineData("Fail", 200, "NOT_FOUND")]
    public async Task Operation_Should_TellByItsStatus_When_ItFails(string path, int status, string told)
    {
        await using var server = await StartAsync();

        using var response = await server.GetAsync($"/operations/{path}");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(told.Replace("\\u0022", "\\\"", StringComparison.Ordinal), await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(response.Headers.ETag);
        Assert.NotEqual("no-cache", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Operation_Should_NotRun_When_ItIsAMutation()
    {
        await using var server = await StartAsync();

        using var got = await server.GetAsync("/operations/Bump");
        using var byId = await server.GetAsync("?documentId=Bump");
        using var posted = await server.Client.PostAsync($"{server.Url}/operations/Bump", null);

        Assert.All([got, byId, posted], response => Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode));
        Assert.Equal(0, server.Bumps);
    }

    [Fact]
    public async Task Operation_Should_NotBeSentAgain_When_ClientHasIt()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { OperationCacheControl = "public, max-age=60" }, trusted: Files);
        using var first = await server.GetAsync("/operations/Greet");
        var tag = first.Headers.ETag!;

        Assert.False(tag.IsWeak);
        Assert.Equal(HttpStatusCode.NotModified, (await StatusAsync("/operations/Greet", "application/json")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await StatusAsync("/operations/Greet?name=other", "application/json")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await StatusAsync("/operations/Greet", "application/graphql-response+json")).StatusCode);
        Assert.Equal("public, max-age=60", first.Headers.CacheControl!.ToString());

        using var head = await server.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{server.Url}/operations/Greet"));
        Assert.Equal((tag, first.Content.Headers.ContentLength, ""), (head.Headers.ETag, head.Content.Headers.ContentLength, await head.Content.ReadAsStringAsync()));

        async Task<HttpResponseMessage> StatusAsync(string path, string accept)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}{path}") { Headers = { IfNoneMatch = { tag } } };
            return await server.SendAsync(request, accept);
        }
    }

    [Theory]
    [InlineData("""{"query":"{ hello }"}""", false)]
    [InlineData("""{"query":"{ __schema { description } }"}""", false)]
    [InlineData("""{"query":"{"}""", false)]
    [InlineData("""{"documentId":"Fail"}""", true)]
    [InlineData("""{"query":"GREET"}""", true)]
    public async Task Server_Should_RunTrustedDocumentsAlone_When_ToldTo(string body, bool runs)
    {
        await using var server = await StartAsync(new GraphQLExecutorOptions { TrustedDocumentsOnly = true });

        using var response = await server.PostAsync(body.Replace("GREET", Greet, StringComparison.Ordinal), "application/graphql-response+json");

        Assert.Equal(runs ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(!runs, (await response.Content.ReadAsStringAsync()).Contains("DOCUMENT_NOT_TRUSTED", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ __schema { types { name } } __type(name: \\\"Query\\\") { name } }", true)]
    [InlineData("{ __schema { types { name } } hello }", false)]
    [InlineData("query A { __typename } mutation B { bump }", false)]
    public async Task Server_Should_RunIntrospectionToo_When_ThatIsAllowed(string document, bool runs)
    {
        await using var server = await StartAsync(new GraphQLExecutorOptions { TrustedDocumentsOnly = true, AllowUntrustedIntrospection = true });

        using var response = await server.PostAsync($$"""{"query":"{{document}}","operationName":{{(document.Contains("B {", StringComparison.Ordinal) ? "\"B\"" : "null")}}}""", "application/graphql-response+json");

        Assert.Equal(runs ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(0, server.Bumps);
    }

    [Fact]
    public async Task Server_Should_LearnNoDocument_When_ItRunsTrustedOnesAlone()
    {
        await using var server = await StartAsync(new GraphQLExecutorOptions { TrustedDocumentsOnly = true });
        var body = JsonSerializer.Serialize(new { query = "{ hello }", extensions = new { persistedQuery = new { version = 1, sha256Hash = Hash("{ hello }") } } });

        using var taught = await server.PostAsync(body);
        using var asked = await server.PostAsync(body.Replace("\"query\":\"{ hello }\",", "", StringComparison.Ordinal));

        Assert.Contains("DOCUMENT_NOT_TRUSTED", await taught.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("PERSISTED_QUERY_NOT_SUPPORTED", await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fragments_Should_BeShared()
    {
        await using var server = await GraphQLServer.StartAsync(trusted:
        [
            File("a.graphql", "query A { ...Both }"), File("fragments.graphql", "fragment Both on Query { ...One two: hello }\nfragment One on Query { one: hello }\nfragment Unused on Query { hello }"),
        ]);

        using var response = await server.GetAsync("/operations/A");
        using var byHash = await server.GetAsync($"/operations/{Hash("query A { ...Both }\n\nfragment Both on Query { ...One two: hello }\n\nfragment One on Query { one: hello }")}");

        Assert.Equal("""{"data":{"one":"Hello world","two":"Hello world"}}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, byHash.StatusCode);
    }

    [Fact]
    public async Task Start_Should_NameFileAndPlace_When_DocumentsAreFaulty()
    {
        var exception = await Assert.ThrowsAsync<TrustedDocumentException>(() => GraphQLServer.StartAsync(trusted:
        [
            File("syntax.graphql", "query A {\n  hello(\n}"),
            File("unknown.graphql", "query B {\n  nothing\n}"),
            File("anonymous.graphql", "{ hello }"),
            File("twice.graphql", "query C { hello }"),
            File("again.graphql", "query D { hello }\nquery C { caller }"),
            File("user.graphql", "query E { ...Broken }"),
            File("broken.graphql", "\nfragment Fine on Query { hello } fragment Broken on Query {\n  hello { deep }\n}"),
        ]));

        Assert.Equal(
            [
                "syntax.graphql(3,1)", "unknown.graphql(2,3)", "anonymous.graphql(1,1)", "again.graphql(2,7)", "broken.graphql(3,9)",
            ],
            exception.Faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Contains("nothing", exception.Message, StringComparison.Ordinal);
    }

    private static Task<GraphQLServer> StartAsync(GraphQLExecutorOptions? execution = null) => GraphQLServer.StartAsync(execution: execution, trusted: Files);

    private static DocumentFile File(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    private static string Hash(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));
}
