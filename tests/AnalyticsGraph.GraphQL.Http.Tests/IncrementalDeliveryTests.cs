using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>Responses in parts over HTTP: what clients send, and what they get when.</summary>
public sealed class IncrementalDeliveryTests
{
    private const string Deferred = """{"query":"{ hello ... @defer(label: \"later\") { gate } }"}""";

    // What Apollo Client 4 with its handler for graphql 17, urql, and a request by hand accept.
    [Theory]
    [InlineData("multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9")]
    [InlineData("application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed")]
    [InlineData("multipart/mixed")]
    public async Task Post_Should_SendTheFirstPartBeforeTheRestIsThere(string accept)
    {
        await using var server = await GraphQLServer.StartAsync();
        using var request = Request(server, Deferred, accept);
        using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("multipart/mixed; boundary=\"-\"", response.Content.Headers.ContentType?.ToString());
        Assert.Null(response.Content.Headers.ContentLength);
        Assert.Equal("Accept", response.Headers.Vary.ToString());
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal(
            "\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
            + """{"data":{"hello":"Hello world"},"hasNext":true,"pending":[{"id":"0","path":[],"label":"later"}]}""" + "\r\n---\r\n",
            await ReadAsync(body, "\r\n---\r\n", 2));

        server.Gate.SetResult("open");

        Assert.Equal(
            "Content-Type: application/json; charset=utf-8\r\n\r\n"
            + """{"hasNext":false,"incremental":[{"id":"0","data":{"gate":"open"}}],"completed":[{"id":"0"}]}""" + "\r\n-----\r\n",
            await new StreamReader(body).ReadToEndAsync());
    }

    [Fact]
    public async Task Post_Should_SendEvents_When_TheClientLikesThemBetter()
    {
        await using var server = await GraphQLServer.StartAsync();
        server.Gate.SetResult("open");

        using var response = await server.PostAsync(Deferred, "application/json, text/event-stream, multipart/mixed;q=0.5");

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            """
            event: next
            data: {"data":{"hello":"Hello world"},"hasNext":true,"pending":[{"id":"0","path":[],"label":"later"}]}

            event: next
            data: {"hasNext":false,"incremental":[{"id":"0","data":{"gate":"open"}}],"completed":[{"id":"0"}]}

            event: complete
            data:


            """.ReplaceLineEndings("\n"),
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9")]
    [InlineData("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json")]
    public async Task Post_Should_AnswerAtOnce_When_TheClientTakesNoPartsOfThisFormat(string accept)
    {
        await using var server = await GraphQLServer.StartAsync();
        server.Gate.SetResult("open");

        using var response = await server.PostAsync(Deferred, accept);

        Assert.Equal("""{"data":{"hello":"Hello world","gate":"open"}}""", await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Post_Should_AnswerWhole_When_NothingIsDeferred()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var response = await server.PostAsync("""{"query":"{ hello }"}""", "multipart/mixed, application/json");
        using var parts = await server.PostAsync("""{"query":"{ hello }"}""", "multipart/mixed");

        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{\"data\":{\"hello\":\"Hello world\"}}\r\n-----\r\n", await parts.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_Should_TellALaterFaultInItsPart()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var response = await server.PostAsync("""{"query":"{ hello ... @defer { sum(numbers: [2147483647, 1]) } ... @defer { crash } }"}""", "multipart/mixed");
        var body = await response.Content.ReadAsStringAsync();

        Assert.Contains(""""completed":[{"id":"0","errors":[{"message":"The server failed unexpectedly."""", body, StringComparison.Ordinal);
        Assert.Contains("""{"id":"1","errors":[{"message":"The server failed unexpectedly.""", body, StringComparison.Ordinal);
        Assert.Contains(""""data":{"crash":null}}"""", body, StringComparison.Ordinal);
        Assert.EndsWith("\r\n-----\r\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Should_CancelWhatIsDeferred_When_TheClientGoes()
    {
        await using var server = await GraphQLServer.StartAsync();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Url.Port);
            const string Body = """{"query":"{ hello ... @defer { forever } }"}""";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: multipart/mixed\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
            await server.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }

        await server.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static HttpRequestMessage Request(GraphQLServer server, string body, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }

    private static async Task<string> ReadAsync(Stream body, string end, int times)
    {
        var text = new StringBuilder();
        var buffer = new byte[1];
        while (text.ToString().Split(end).Length <= times)
        {
            Assert.Equal(1, await body.ReadAsync(buffer));
            text.Append((char)buffer[0]);
        }

        return text.ToString();
    }
}
