using System.Net;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Http.Tests;

public sealed class ExecutionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string GraphQLResponse = "application/graphql-response+json";

    [Fact]
    public async Task Post_Should_AnswerWithLengthAndType_When_RequestIsValid()
    {
        var server = shared.Server;

        using var response = await server.PostAsync("""{"query":"query A($n: String) { hello(name: $n) }","operationName":"A","variables":{"n":"Ünï \ud83d\ude00"}}""", GraphQLResponse);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/graphql-response+json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(bytes.Length, response.Content.Headers.ContentLength);
        Assert.Equal("Hello Ünï 😀", JsonDocument.Parse(bytes).RootElement.GetProperty("data").GetProperty("hello").GetString());
    }

    [Theory]
    [InlineData("""{"query":"{ hello }"}""")]
    [InlineData("""{"query":"\u007b\n\thello\n\u007d"}""")]
    [InlineData("""  {"variables":null,"operationName":"","extensions":null,"other":[{"a":1}],"query":"{ hello }"}  """)]
    [InlineData("""{"query":"{ nothing }","query":"{ hello }"}""")]
    [InlineData("""{"query":"# \ud83d\ude00\n{ hello }"}""")]
    public async Task Post_Should_ReadTheBody_When_ItIsWrittenOtherwise(string body)
    {
        var server = shared.Server;

        using var response = await server.PostAsync(body);

        Assert.Equal("""{"data":{"hello":"Hello world"}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_Should_ReadTheBody_When_ItComesInPieces()
    {
        var server = shared.Server;
        var padding = new string(' ', 5000);

        var answer = await server.SendRawAsync(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            "11\r\n{\"query\":\"{ hello\r\n",
            $"{padding.Length:x}\r\n{padding}\r\n",
            "4\r\n }\"}\r\n",
            "0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.EndsWith("""{"data":{"hello":"Hello world"}}""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Should_AnswerWhole_When_ResponseIsLarge()
    {
        var server = shared.Server;

        using var response = await server.PostAsync("""{"query":"{ big(length: 3000000) }"}""");

        Assert.Equal(3_000_000, JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement.GetProperty("data").GetProperty("big").GetString()!.Length);
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json; charset=utf-8", "application/json")]
    [InlineData("application/graphql-response+json", GraphQLResponse)]
    [InlineData("application/graphql-response+json; charset=\"UTF-8\"", GraphQLResponse)]
    [InlineData("application/json, application/graphql-response+json", GraphQLResponse)]
    [InlineData("application/graphql-response+json;q=0.5, application/json;q=0.9", "application/json")]
    [InlineData("application/graphql-response+json, */*;q=0.1", GraphQLResponse)]
    [InlineData("text/html, application/json;q=0, */*;q=0.5", GraphQLResponse)]
    [InlineData("application/json, */*", "application/json")]
    [InlineData("APPLICATION/GraphQL-Response+JSON", GraphQLResponse)]
    [InlineData("text/html, */*;q=0.1", "application/json")]
    public async Task Post_Should_AnswerInTheAcceptedType(string? accept, string expected)
    {
        var server = shared.Server;

        using var response = await server.PostAsync("""{"query":"{ hello }"}""", accept);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("{ fail }", 200, 200)]
    [InlineData("{ crash }", 200, 200)]
    [InlineData("{ nothing }", 200, 400)]
    [InlineData("{", 200, 400)]
    [InlineData("subscription { hello }", 200, 400)]
    public async Task Post_Should_SayByItsStatusWhetherItRan_When_TypeIsGraphQLResponse(string document, int json, int graphQL)
    {
        var server = shared.Server;
        var body = JsonSerializer.Serialize(new { query = document });

        using var asJson = await server.PostAsync(body, "application/json");
        using var asGraphQL = await server.PostAsync(body, GraphQLResponse);

        Assert.Equal((json, graphQL), ((int)asJson.StatusCode, (int)asGraphQL.StatusCode));
        Assert.DoesNotContain("secret", await asJson.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Should_Answer_When_ParametersAreInTheUrl()
    {
        var server = shared.Server;

        using var response = await server.GetAsync(
            $"?query={Uri.EscapeDataString("query A($n: [Int!]!) { sum(numbers: $n) } query B { hello }")}&operationName=A&variables={Uri.EscapeDataString("{\"n\":[1,2]}")}&extensions={{}}");

        Assert.Equal("""{"data":{"sum":3}}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData(GraphQLResponse)]
    public async Task Get_Should_Refuse_When_OperationIsAMutation(string accept)
    {
        var server = shared.Server;

        using var response = await server.GetAsync("?query=mutation{bump}", accept);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        Assert.Contains("OPERATION_NOT_ALLOWED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, server.Bumps);
    }

    [Fact]
    public async Task Post_Should_RunTheMutation()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var response = await server.PostAsync("""{"query":"mutation { a: bump b: bump }"}""");

        Assert.Equal("""{"data":{"a":1,"b":2}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_Should_SetFeatures_When_AHookIsGiven()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { ConfigureRequest = (http, context) => context.Set(http.Request.Headers["X-User"].ToString()) });
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent("""{"query":"{ caller }"}""", null, "application/json") };
        request.Headers.Add("X-User", "ada");

        using var response = await server.SendAsync(request);

        Assert.Equal("""{"data":{"caller":"ada"}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_Should_CancelTheSteps_When_ClientGoesAway()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var leaving = new CancellationTokenSource();
        var pending = server.Client.PostAsync(server.Url, new StringContent("""{"query":"{ forever }"}""", null, "application/json"), leaving.Token);
        await server.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await server.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Post_Should_AskForPatience_When_ThereIsNoExecutorYet()
    {
        await using var server = await GraphQLServer.StartAsync(isReady: false);

        using var response = await server.PostAsync("""{"query":"{ hello }"}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("1", response.Headers.RetryAfter?.ToString());
        Assert.Contains("STORE_UNAVAILABLE", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sdl_Should_TellSemanticNonNulls_When_TheyAreAskedFor()
    {
        var server = shared.Server;

        using var response = await server.GetAsync("?sdl=semanticNonNull", "text/plain");
        using var unknown = await server.GetAsync("?sdl=other", "text/plain");

        Assert.Contains("  hello(name: String = \"world\"): String @semanticNonNull\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    [Fact]
    public async Task Get_Should_AnswerTheSdl_When_ItIsAskedFor()
    {
        var server = shared.Server;

        using var response = await server.GetAsync("?sdl", "text/html");
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?sdl");
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using var unchanged = await server.SendAsync(again);

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("type Query {\n  hello(name: String = \"world\"): String!\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal("", await unchanged.Content.ReadAsStringAsync());
    }
}
