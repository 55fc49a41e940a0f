using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>The protocol of <c>graphql-sse</c>, in both of its modes.</summary>
public sealed class EventStreamTests
{
    private const string TokenHeader = "X-GraphQL-Event-Stream-Token";

    [Theory]
    [InlineData("{ hello }", "next {\"data\":{\"hello\":\"Hello world\"}}")]
    [InlineData("{ nothing }", "next {\"errors\":[{\"message\":\"Cannot query field \\\"nothing\\\" on type \\\"Query\\\".\"")]
    [InlineData("{", "next {\"errors\":[{\"message\":\"Syntax Error")]
    [InlineData("subscription { refused }", "next {\"errors\":[{\"message\":\"It is gone.\"")]
    [InlineData("mutation { bump }", "next {\"data\":{\"bump\":1}}")]
    public async Task Distinct_Should_AnswerByOneEvent_When_ThereIsOneResponse(string query, string answer)
    {
        await using var server = await GraphQLServer.StartAsync();
        using var stream = await PostAsync(server, query);

        Assert.StartsWith(answer, await stream.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("complete ", await stream.ReadAsync());
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task Distinct_Should_SendEveryEvent_ThenTellTheEnd()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var stream = await PostAsync(server, "subscription { count(to: 2) }");

        Assert.Equal("text/event-stream; charset=utf-8", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", stream.Response.Headers.CacheControl!.ToString());
        Assert.Equal("next {\"data\":{\"count\":1}}", await stream.ReadAsync());
        Assert.Equal("next {\"data\":{\"count\":2}}", await stream.ReadAsync());
        Assert.Equal("complete ", await stream.ReadAsync());
    }

    [Fact]
    public async Task Distinct_Should_TellTheError_When_TheSourceFails()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var stream = await PostAsync(server, "subscription { fails }");

        Assert.Equal("next {\"data\":{\"fails\":1}}", await stream.ReadAsync());
        Assert.Contains("INTERNAL_SERVER_ERROR", await stream.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("complete ", await stream.ReadAsync());
    }

    [Theory]
    [InlineData("subscription { count(to: 1) }", "next {\"data\":{\"count\":1}}")]
    [InlineData("mutation { bump }", "next {\"errors\":[{\"message\":\"A mutation cannot be sent by GET")]
    public async Task Distinct_Should_TakeARequestByGet(string query, string answer)
    {
        await using var server = await GraphQLServer.StartAsync();
        using var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?query={Uri.EscapeDataString(query)}"));

        Assert.StartsWith(answer, await stream.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal(0, server.Bumps);
    }

    [Fact]
    public async Task Distinct_Should_KeepJsonOfSeveralLinesInOneEvent()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Url)
        {
            Content = Json("{\"query\":\"query($j: JSON) { echo(json: $j) }\",\"variables\":{\"j\":{\"a\":\r\n [1,\n2]}}}"),
        };
        using var stream = await EventReader.OpenAsync(server, request);

        Assert.Equal([1, 2], JsonDocument.Parse((await stream.ReadAsync())![5..]).RootElement.GetProperty("data").GetProperty("echo").GetProperty("a").EnumerateArray().Select(number => number.GetInt32()));
        Assert.Equal("complete ", await stream.ReadAsync());
    }

    [Fact]
    public async Task Distinct_Should_SendComments_When_NothingHappens()
    {
        var time = new ManualTime();
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { TimeProvider = time, EventStreams = new() { KeepAliveInterval = TimeSpan.FromSeconds(1) } });
        using var stream = await PostAsync(server, "subscription { heard }");

        // One when it begins, the rest as time goes by.
        var comments = stream.ReadCommentsAsync(4);
        while (!comments.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(comments, Task.Delay(5));
        }

        await comments;

        server.Publish("still here");

        Assert.Equal("next {\"data\":{\"heard\":\"still here\"}}", await stream.ReadAsync());
    }

    [Fact]
    public async Task Distinct_Should_LeaveTheSource_When_TheClientGoes()
    {
        await using var server = await GraphQLServer.StartAsync();
        var stream = await PostAsync(server, "subscription { heard }");
        await server.WaitForSubscriptionsAsync(1);

        stream.Dispose();

        await server.WaitForSubscriptionsAsync(0);
    }

    [Fact]
    public async Task Distinct_Should_TellThatTheServerStops()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var stream = await PostAsync(server, "subscription { heard }");
        await server.WaitForSubscriptionsAsync(1);

        var stopping = server.StopAsync();

        Assert.Equal("next {\"errors\":[{\"message\":\"The server is stopping. Connect again in a moment.\",\"extensions\":{\"code\":\"CANCELLED\"}}]}", await stream.ReadAsync());
        Assert.Equal("complete ", await stream.ReadAsync());
        Assert.Null(await stream.ReadAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, server.Topics.SubscriptionCount);
    }

    [Fact]
    public async Task Distinct_Should_EndASubscription_When_ItsReaderIsTooSlow()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var slow = await PostAsync(server, "subscription { heard }");
        await server.WaitForSubscriptionsAsync(1);
        var text = new string('x', 100_000);
        var published = 0;
        for (; server.Topics.SubscriptionCount == 1; published++)
        {
            Assert.True(published < 100_000, "The slow reader's events pile up without a bound.");
            server.Publish(text);
            await Task.Yield();
        }

        string? last;
        var taken = 0;
        for (; (last = await slow.ReadAsync())!.Contains("\"data\"", StringComparison.Ordinal); taken++)
        {
        }

        Assert.Contains("SUBSCRIPTION_OVERFLOW", last, StringComparison.Ordinal);
        Assert.Equal(published - 1, taken);
        Assert.Equal("complete ", await slow.ReadAsync());
    }

    [Fact]
    public async Task Distinct_Should_RefuseWhatIsNoRequest_AsOverHttp()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = Json("{\"query\":") };

        using var response = await server.SendAsync(request, "text/event-stream");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Subscription_Should_BeRefused_When_JsonIsAsWelcome()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var response = await server.PostAsync("{\"query\":\"subscription { heard }\"}", "application/json, text/event-stream");

        Assert.Contains("OPERATION_NOT_ALLOWED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Single_Should_CarryAllOperationsByOneStream()
    {
        await using var server = await GraphQLServer.StartAsync();
        var token = await ReserveAsync(server);
        using var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));

        Assert.Equal((202, ""), await BeginAsync(server, token, "s", "subscription { heard }"));
        Assert.Equal((202, ""), await BeginAsync(server, token, "q\\u0022", "{ hello }"));
        Assert.Equal("next {\"id\":\"q\\u0022\",\"payload\":{\"data\":{\"hello\":\"Hello world\"}}}", await stream.ReadAsync());
        Assert.Equal("complete {\"id\":\"q\\u0022\"}", await stream.ReadAsync());
        server.Publish("a");
        Assert.Equal("next {\"id\":\"s\",\"payload\":{\"data\":{\"heard\":\"a\"}}}", await stream.ReadAsync());

        Assert.Equal(200, await CompleteAsync(server, token, "s"));
        await server.WaitForSubscriptionsAsync(0);
        Assert.Equal(200, await CompleteAsync(server, token, "s"));
        Assert.Equal((202, ""), await BeginAsync(server, token, "s", "subscription { count(to: 1) }"));
        Assert.Equal("next {\"id\":\"s\",\"payload\":{\"data\":{\"count\":1}}}", await stream.ReadAsync());
    }

    [Fact]
    public async Task Single_Should_TakeAnIdAgain_When_ItsOperationIsComplete()
    {
        await using var server = await GraphQLServer.StartAsync();
        var token = await ReserveAsync(server);
        using var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((202, ""), await BeginAsync(server, token, "1", "subscription { count(to: 1) }"));
            Assert.StartsWith("next ", await stream.ReadAsync(), StringComparison.Ordinal);
            Assert.Equal("complete {\"id\":\"1\"}", await stream.ReadAsync());
        }
    }

    [Fact]
    public async Task Single_Should_SendNothingOfAnOperationThatWasLeft_When_ItsIdIsUsedAgain()
    {
        await using var server = await GraphQLServer.StartAsync();
        var token = await ReserveAsync(server);
        using var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));
        await BeginAsync(server, token, "big", "{ big(length: 16000000) }");

        // More than the connection holds: until it is read on, whatever comes waits for its turn.
        await stream.ReadNameAsync();
        Assert.Equal((202, ""), await BeginAsync(server, token, "1", "{ hello }"));
        Assert.Equal(200, await CompleteAsync(server, token, "1"));
        Assert.Equal((202, ""), await BeginAsync(server, token, "1", "subscription { count(to: 1) }"));

        Assert.StartsWith("next {\"id\":\"big\"", await stream.ReadAsync(), StringComparison.Ordinal);
        string?[] events = [await stream.ReadAsync(), await stream.ReadAsync(), await stream.ReadAsync()];
        Assert.Equal(["complete {\"id\":\"1\"}", "complete {\"id\":\"big\"}", "next {\"id\":\"1\",\"payload\":{\"data\":{\"count\":1}}}"], events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Single_Should_RefuseAnOperation_AsOverHttp()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { EventStreams = new() { MaxOperations = 2 } });
        var token = await ReserveAsync(server);
        using var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));

        var (status, body) = await BeginAsync(server, token, "1", "{ nothing }");
        Assert.Equal(400, status);
        Assert.Contains("GRAPHQL_VALIDATION_FAILED", body, StringComparison.Ordinal);
        Assert.Equal(202, (await BeginAsync(server, token, "1", "subscription { heard }")).Status);
        Assert.Equal(409, (await BeginAsync(server, token, "1", "subscription { heard }")).Status);
        Assert.Equal(202, (await BeginAsync(server, token, "2", "subscription { heard }")).Status);
        Assert.Equal(429, (await BeginAsync(server, token, "3", "{ hello }")).Status);
        Assert.Equal(400, (await BeginAsync(server, token, "", "{ hello }")).Status);
        Assert.Equal(404, (await BeginAsync(server, "unknown", "1", "{ hello }")).Status);
        Assert.Equal(404, await CompleteAsync(server, "unknown", "1"));
        Assert.Equal(400, await CompleteAsync(server, token, ""));
        Assert.Equal(2, server.Topics.SubscriptionCount);
    }

    [Fact]
    public async Task Single_Should_OpenAStreamOnce()
    {
        await using var server = await GraphQLServer.StartAsync();
        var token = await ReserveAsync(server);
        using var unacceptable = await server.GetAsync($"?token={token}", "application/json");
        using var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));

        using var second = await server.GetAsync($"?token={token}", "text/event-stream");
        using var unknown = await server.GetAsync("?token=abc", "text/event-stream");

        Assert.Equal([406, 409, 404], [(int)unacceptable.StatusCode, (int)second.StatusCode, (int)unknown.StatusCode]);
    }

    [Fact]
    public async Task Single_Should_LeaveAllSources_When_TheClientGoes()
    {
        await using var server = await GraphQLServer.StartAsync();
        var token = await ReserveAsync(server);
        var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));
        await BeginAsync(server, token, "1", "subscription { heard }");
        await BeginAsync(server, token, "2", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(2);

        stream.Dispose();

        await server.WaitForSubscriptionsAsync(0);
        Assert.Equal(404, (await BeginAsync(server, token, "3", "{ hello }")).Status);
    }

    [Fact]
    public async Task Single_Should_RefuseAnOperation_When_ItsClientLeavesTheStreamBeforeItIsSentWhole()
    {
        await using var server = await GraphQLServer.StartAsync();
        var token = await ReserveAsync(server);
        var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));
        await BeginAsync(server, token, "1", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(1);
        const string Body = """{"query":"{ hello }","extensions":{"operationId":"2"}}""";
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Url.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {server.Url.AbsolutePath} HTTP/1.1\r\nHost: {server.Url.Authority}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\nConnection: close\r\nExpect: 100-continue\r\n{TokenHeader}: {token}\r\n\r\n"));
        var answer = new StreamReader(socket.GetStream(), Encoding.ASCII);
        // The server reads the body: it has found the stream.
        Assert.Equal("HTTP/1.1 100 Continue", await answer.ReadLineAsync());

        stream.Dispose();
        await server.WaitForSubscriptionsAsync(0);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await BeginAsync(server, token, "3", "{ hello }")).Status != 404)
        {
            await Task.Delay(10, deadline.Token);
        }

        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Body));

        var rest = await answer.ReadToEndAsync();
        Assert.Contains("HTTP/1.1 404", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Single_Should_TellEachOperationThatTheServerStops()
    {
        await using var server = await GraphQLServer.StartAsync();
        var token = await ReserveAsync(server);
        using var stream = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));
        await BeginAsync(server, token, "1", "subscription { heard }");

        var stopping = server.StopAsync();

        Assert.StartsWith("next {\"id\":\"1\",\"payload\":{\"errors\":[{\"message\":\"The server is stopping.", await stream.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("complete {\"id\":\"1\"}", await stream.ReadAsync());
        Assert.Null(await stream.ReadAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Reservation_Should_BeRefused_When_ThereAreTooMany()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { EventStreams = new() { MaxReservations = 1 } });
        await ReserveAsync(server);

        using var another = await server.SendAsync(new HttpRequestMessage(HttpMethod.Put, server.Url));

        Assert.Equal(HttpStatusCode.TooManyRequests, another.StatusCode);
    }

    [Fact]
    public async Task Reservation_Should_Expire_When_ItsStreamIsNotOpened()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { EventStreams = new() { MaxReservations = 1, ReservationTimeout = TimeSpan.FromMilliseconds(50) } });
        var token = await ReserveAsync(server);

        // It waits for the stream, which does not come.
        Assert.Equal(404, (await BeginAsync(server, token, "1", "{ hello }")).Status);
        Assert.NotEqual(token, await ReserveAsync(server));
    }

    [Theory]
    [InlineData("""{"query":"{ hello }"}""", "DOCUMENT_NOT_TRUSTED")]
    [InlineData("""{"documentId":"Nobody"}""", "PERSISTED_QUERY_NOT_FOUND")]
    [InlineData("""{"documentId":"Count"}""", null)]
    public async Task Streams_Should_RunTrustedDocumentsAlone_When_ToldTo(string body, string? code)
    {
        await using var server = await GraphQLServer.StartTrustedAsync();
        using var distinct = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = Json(body) });
        var token = await ReserveAsync(server);
        using var single = await EventReader.OpenAsync(server, new HttpRequestMessage(HttpMethod.Get, $"{server.Url}?token={token}"));

        using var begin = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = Json($"{body[..^1]},\"extensions\":{{\"operationId\":\"1\"}}}}"), Headers = { { TokenHeader, token } } };
        using var begun = await server.SendAsync(begin, "application/graphql-response+json");

        var told = await distinct.ReadAsync();
        if (code is null)
        {
            Assert.Equal("next {\"data\":{\"count\":1}}", told);
            Assert.Equal("next {\"id\":\"1\",\"payload\":{\"data\":{\"count\":1}}}", await single.ReadAsync());
        }
        else
        {
            Assert.Contains(code, told, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.BadRequest, begun.StatusCode);
            Assert.Contains(code, await begun.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static StringContent Json(string text) => new(text, new UTF8Encoding(false), new MediaTypeHeaderValue("application/json"));

    private static Task<EventReader> PostAsync(GraphQLServer server, string query) => EventReader.OpenAsync(
        server, new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = Json(JsonSerializer.Serialize(new { query })) });

    private static async Task<string> ReserveAsync(GraphQLServer server)
    {
        using var response = await server.SendAsync(new HttpRequestMessage(HttpMethod.Put, server.Url));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<(int Status, string Body)> BeginAsync(GraphQLServer server, string token, string id, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Url)
        {
            Content = Json($$$"""{"query":"{{{query}}}","extensions":{"operationId":"{{{id}}}"}}"""),
            Headers = { { TokenHeader, token } },
        };
        using var response = await server.SendAsync(request, "application/graphql-response+json");
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<int> CompleteAsync(GraphQLServer server, string token, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{server.Url}?operationId={id}") { Headers = { { TokenHeader, token } } };
        using var response = await server.SendAsync(request);
        return (int)response.StatusCode;
    }

    private sealed class EventReader(HttpResponseMessage response, StreamReader lines) : IDisposable
    {
        private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));
        private string _name = "";

        public HttpResponseMessage Response => response;

        public static async Task<EventReader> OpenAsync(GraphQLServer server, HttpRequestMessage request)
        {
            request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
            var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(), Encoding.UTF8));
        }

        /// <summary>Reads the first line of the next event alone.</summary>
        public async Task ReadNameAsync()
        {
            while (_name.Length == 0)
            {
                var line = (await lines.ReadLineAsync(_patience.Token))!;
                _name = line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : "";
            }
        }

        /// <summary>The next event, as its name and its data; null at the end.</summary>
        public async Task<string?> ReadAsync()
        {
            var name = _name;
            _name = "";
            var data = new List<string>();
            while (await lines.ReadLineAsync(_patience.Token) is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line[7..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    data.Add(line[6..]);
                }
                else if (line.Length == 0 && name.Length > 0)
                {
                    return $"{name} {string.Join('\n', data)}";
                }
            }

            return null;
        }

        public async Task ReadCommentsAsync(int count)
        {
            for (var seen = 0; seen < count;)
            {
                seen += await lines.ReadLineAsync(_patience.Token) is ":" ? 1 : 0;
            }
        }

        public void Dispose()
        {
            response.Dispose();
            _patience.Dispose();
        }
    }
}
