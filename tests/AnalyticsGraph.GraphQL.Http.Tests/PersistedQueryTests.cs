using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Tests.Differential;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>Automatic persisted queries, as the clients of Apollo and others speak them.</summary>
public sealed class PersistedQueryTests
{
    private const string Document = "query Q($n: String) { hello(name: $n) }";

    [Fact]
    public async Task Post_Should_FindTheDocument_When_ItWasSentOnce()
    {
        await using var server = await GraphQLServer.StartAsync();

        Assert.Equal("""{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}""", await AnswerAsync(server, null, Hash(Document)));
        Assert.Equal("""{"data":{"hello":"Hello world"}}""", await AnswerAsync(server, Document, Hash(Document)));
        Assert.Equal("""{"data":{"hello":"Hello world"}}""", await AnswerAsync(server, null, Hash(Document)));
        Assert.Equal("""{"data":{"hello":"Hello world"}}""", await AnswerAsync(server, null, Hash(Document).ToUpperInvariant()));
    }

    [Fact]
    public async Task Get_Should_FindTheDocument_When_ItWasSentOnce()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions());
        await AnswerAsync(server, Document, Hash(Document));

        using var response = await server.GetAsync($"?extensions={Extension(Document)}&variables={Uri.EscapeDataString("""{"n":"you"}""")}");

        Assert.Equal("""{"data":{"hello":"Hello you"}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Get_Should_RefuseAMutation_When_ItWasSentByPost()
    {
        await using var server = await GraphQLServer.StartAsync();
        await AnswerAsync(server, "mutation { bump }", Hash("mutation { bump }"));

        using var response = await server.GetAsync($"?extensions={Extension("mutation { bump }")}");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(1, server.Bumps);
    }

    [Fact]
    public async Task Post_Should_KeepNothing_When_HashIsAnothers()
    {
        await using var server = await GraphQLServer.StartAsync();

        Assert.Contains("provided sha does not match query", await AnswerAsync(server, "mutation { bump }", Hash(Document)), StringComparison.Ordinal);

        Assert.Contains("PERSISTED_QUERY_NOT_FOUND", await AnswerAsync(server, null, Hash(Document)), StringComparison.Ordinal);
        Assert.Contains("PERSISTED_QUERY_NOT_FOUND", await AnswerAsync(server, null, Hash("mutation { bump }")), StringComparison.Ordinal);
        await AnswerAsync(server, Document, Hash(Document));
        Assert.Contains("provided sha does not match query", await AnswerAsync(server, "{ caller }", Hash(Document)), StringComparison.Ordinal);
        Assert.Equal(0, server.Bumps);
    }

    [Theory]
    [InlineData("{ nothing }", "GRAPHQL_VALIDATION_FAILED")]
    [InlineData("{", "GRAPHQL_SYNTAX_ERROR")]
    public async Task Post_Should_KeepNothing_When_DocumentIsInvalid(string document, string code)
    {
        await using var server = await GraphQLServer.StartAsync();

        Assert.Contains(code, await AnswerAsync(server, document, Hash(document)), StringComparison.Ordinal);
        Assert.Contains("PERSISTED_QUERY_NOT_FOUND", await AnswerAsync(server, null, Hash(document)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Should_ForgetOldDocuments_When_ThereAreTooMany()
    {
        await using var server = await GraphQLServer.StartAsync(execution: new GraphQLExecutorOptions { MaxPersistedQueries = 2 });
        string[] documents = ["{ a: hello }", "{ b: hello }", "{ c: hello }"];
        foreach (var document in documents)
        {
            await AnswerAsync(server, document, Hash(document));
        }

        var answers = await Task.WhenAll(documents.Select(document => AnswerAsync(server, null, Hash(document))));

        Assert.Equal(2, answers.Count(answer => answer.StartsWith("""{"data":""", StringComparison.Ordinal)));
        Assert.StartsWith("""{"data":{"c":""", answers[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Should_TellThatThereAreNone_When_TheyAreOff()
    {
        await using var server = await GraphQLServer.StartAsync(execution: new GraphQLExecutorOptions { MaxPersistedQueries = 0 });

        Assert.Contains("PersistedQueryNotSupported", await AnswerAsync(server, null, Hash(Document)), StringComparison.Ordinal);
        Assert.Equal("""{"data":{"hello":"Hello world"}}""", await AnswerAsync(server, Document, Hash(Document)));
        Assert.Contains("PERSISTED_QUERY_NOT_SUPPORTED", await AnswerAsync(server, null, Hash(Document)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApolloClient_Should_SendHashesAndBatches()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var said = JsonDocument.Parse(await NodeScript.RunAsync(["apollo.mjs", server.Url.ToString()]));

        Assert.Equal("""["Hello first","Hello second","Hello third","Hello fourth","Hello fifth"]""", said.RootElement.GetProperty("answers").GetRawText());
        Assert.Equal("""["POST 400 hash","POST 200 document","POST 200 hash","GET 200 hash","POST 200 list of 2"]""", said.RootElement.GetProperty("sent").GetRawText());
    }

    private static string Extension(string document) =>
        Uri.EscapeDataString(JsonSerializer.Serialize(new { persistedQuery = new { version = 1, sha256Hash = Hash(document) } }));

    private static string Hash(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));

    private static async Task<string> AnswerAsync(GraphQLServer server, string? query, string hash)
    {
        using var response = await server.PostAsync(JsonSerializer.Serialize(new { query, extensions = new { persistedQuery = new { version = 1, sha256Hash = hash } } }));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
