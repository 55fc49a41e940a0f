using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>The sub-protocol <c>graphql-transport-ws</c>, message by message.</summary>
public sealed class WebSocketTests
{
    /// <summary>Messages of a client that was acknowledged, and how its socket is closed.</summary>
    public static TheoryData<string, string> Violations => new()
    {
        { "", "4400 The message is not valid JSON." },
        { "{", "4400 The message is not valid JSON." },
        { "[]", "4400 The message must be a JSON object." },
        { "{} {}", "4400 The message is not valid JSON." },
        { "{}", "4400 The message needs a 'type'." },
        { """{"type":1}""", "4400 The 'type' of a message must be a string." },
        { """{"type":"\ud800"}""", "4400 The message is not valid JSON." },
        { """{"type":"next","id":"1"}""", "4400 A client sends no messages of the type 'next'." },
        { """{"type":"start"}""", "4400 A client sends no messages of the type 'start'." },
        { """{"type":"subscribe","payload":{"query":"{ hello }"}}""", "4400 A message of type 'subscribe' needs an 'id': a string that is not empty." },
        { """{"type":"subscribe","id":"","payload":{"query":"{ hello }"}}""", "4400 A message of type 'subscribe' needs an 'id': a string that is not empty." },
        { """{"type":"subscribe","id":1,"payload":{"query":"{ hello }"}}""", "4400 The 'id' of a message must be a string." },
        { """{"type":"subscribe","id":"1"}""", "4400 The payload is no request. The body is empty; send a JSON object with a \"query\"." },
        { """{"type":"subscribe","id":"1","payload":{"query":5}}""", "4400 The payload is no request. Parameter \"query\" must be a string." },
        { """{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":[]}}""", "4400 The payload is no request. Parameter \"variables\" must be a JSON object or null, or a list of at least one such." },
        { """{"type":"complete"}""", "4400 A message of type 'complete' needs an 'id': a string that is not empty." },
        { """{"type":"connection_init"}""", "4429 Too many initialisation requests" },
        { $"\"{new string('x', 70_000)}\"", "1009 A message may have at most 65536 bytes." },
        { $$"""{"type":"{{string.Concat(Enumerable.Repeat("é€", 30))}}"}""", $"4400 A client sends no messages of the type '{string.Concat(Enumerable.Repeat("é€", 16))}é" },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task Socket_Should_BeClosed_When_TheProtocolIsBroken(string message, string close)
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { WebSockets = new() { MaxMessageBytes = 65_536 } });
        await using var client = await SocketClient.OpenAsync(server);
        await client.SubscribeAsync("running", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(1);

        await client.SayAsync(message);

        Assert.Equal(close, await client.HearAsync());
        await server.WaitForSubscriptionsAsync(0);
    }

    [Fact]
    public async Task Socket_Should_BeClosed_When_WhatItBeginsWithIsNoObject()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.SayAsync("""{"type":"connection_init","payload":[1]}""");

        Assert.Equal("4400 The payload of 'connection_init' must be a JSON object.", await client.HearAsync());
    }

    [Fact]
    public async Task Socket_Should_BeClosed_When_AMessageIsBinary()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.Socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);

        Assert.Equal("4400 Messages must be text.", await client.HearAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("graphql-ws")]
    public async Task Socket_Should_BeClosed_When_TheSubprotocolIsAnother(string? protocol)
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, protocol);

        Assert.Equal("4406 Subprotocol not acceptable", await client.HearAsync());
    }

    [Fact]
    public async Task Socket_Should_BeClosed_When_ItIsNotInitialised()
    {
        var time = new ManualTime();
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { TimeProvider = time });
        await using var slow = await SocketClient.ConnectAsync(server);
        await slow.BeHeardAsync();

        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("4408 Connection initialisation timeout", await slow.HearAsync());
    }

    [Fact]
    public async Task Socket_Should_BeClosed_When_AnOperationComesBeforeTheAcknowledgement()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.SubscribeAsync("1", "{ hello }");

        Assert.Equal("4401 Unauthorized", await client.HearAsync());
    }

    [Fact]
    public async Task Socket_Should_BeClosed_When_AnIdIsInUse()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.SubscribeAsync("a\\u0022b", "subscription { heard }");
        await client.SubscribeAsync("a\\u0022b", "{ hello }");

        Assert.Equal("4409 Subscriber for a\"b already exists", await client.HearAsync());
        await server.WaitForSubscriptionsAsync(0);
    }

    [Theory]
    [InlineData("""{"type":"connection_init","payload":{"token":"secret"}}""", """{"type":"connection_ack"}""")]
    [InlineData("""{"type":"connection_init","payload":{"token":"wrong"}}""", "4403 Forbidden")]
    [InlineData("""{"type":"connection_init"}""", "4403 Forbidden")]
    [InlineData("""{"type":"connection_init","payload":[]}""", "4400 The payload of 'connection_init' must be a JSON object.")]
    [InlineData("""{"type":"connection_init","payload":{"token":5}}""", "4500 The server failed unexpectedly.")]
    public async Task Socket_Should_BeOpenForWhomTheHookLetsIn(string init, string answer)
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions
        {
            WebSockets = new()
            {
                OnConnect = (http, payload, _) =>
                {
                    http.Items["user"] = payload?.GetProperty("token").GetString();
                    return ValueTask.FromResult(http.Items["user"] is "secret");
                },
            },
            ConfigureRequest = (http, request) => request.Set((string)http.Items["user"]!),
        });
        await using var client = await SocketClient.ConnectAsync(server);

        await client.SayAsync(init);

        Assert.StartsWith(answer, await client.HearAsync(), StringComparison.Ordinal);
        if (client.Socket.State == WebSocketState.Open)
        {
            await client.SubscribeAsync("1", "{ caller }");
            Assert.Equal("""{"id":"1","type":"next","payload":{"data":{"caller":"secret"}}}""", await client.HearAsync());
        }
    }

    [Theory]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("https://friend.example", true)]
    [InlineData("self", true)]
    public async Task Socket_Should_BeRefused_When_AForeignPageAsks(string origin, bool isAllowed)
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { WebSockets = new() { AllowedOrigins = ["https://friend.example"] } });
        var connecting = SocketClient.ConnectAsync(server, origin: origin == "self" ? $"http://{server.Url.Authority}" : origin);

        if (isAllowed)
        {
            await using var client = await connecting;
            Assert.Equal(WebSocketState.Open, client.Socket.State);
        }
        else
        {
            Assert.Contains("403", (await Assert.ThrowsAsync<WebSocketException>(() => connecting)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ping_Should_BeAnsweredWithItsPayload()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.SayAsync("""{"type":"ping"}""");
        await client.SayAsync("""{"type":"pong"}""");
        await client.SayAsync("""{ "type": "ping", "payload": {"a": [1]} }""");

        Assert.Equal("""{"type":"pong"}""", await client.HearAsync());
        Assert.Equal("""{"type":"pong","payload":{"a": [1]}}""", await client.HearAsync());
    }

    [Fact]
    public async Task Ping_Should_CutOffWhoDoesNotAnswer()
    {
        var time = new ManualTime();
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { TimeProvider = time, WebSockets = new() { PingInterval = TimeSpan.FromSeconds(1) } });
        await using var client = await SocketClient.OpenAsync(server);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("""{"type":"ping"}""", await client.HearAsync());
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<WebSocketException>(() => client.HearAsync());
    }

    [Fact]
    public async Task Ping_Should_KeepWhoAnswers()
    {
        var time = new ManualTime();
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { TimeProvider = time, WebSockets = new() { PingInterval = TimeSpan.FromSeconds(1) } });
        await using var client = await SocketClient.OpenAsync(server);

        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("""{"type":"ping"}""", await client.HearAsync());
            await client.SayAsync("""{"type":"pong"}""");
            await client.BeHeardAsync();
        }
    }

    [Fact]
    public async Task Socket_Should_BeAStreamOfHttp2()
    {
        await using var server = await GraphQLServer.StartHttp2Async();
        using var connection = new HttpMessageInvoker(new SocketsHttpHandler());
        await using var one = await SocketClient.ConnectHttp2Async(server, connection);
        await using var other = await SocketClient.ConnectHttp2Async(server, connection);
        foreach (var client in new[] { one, other })
        {
            await client.InitialiseAsync();
            await client.SubscribeAsync("1", "subscription { heard }");
        }

        await server.WaitForSubscriptionsAsync(2);
        server.Publish("both");
        Assert.Equal("""{"id":"1","type":"next","payload":{"data":{"heard":"both"}}}""", await one.HearAsync());
        Assert.Equal("""{"id":"1","type":"next","payload":{"data":{"heard":"both"}}}""", await other.HearAsync());

        await one.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await server.WaitForSubscriptionsAsync(1);
        other.Socket.Abort();
        await server.WaitForSubscriptionsAsync(0);
    }

    [Theory]
    [InlineData(65_000)]
    [InlineData(65_536)]
    [InlineData(3_000_000)]
    public async Task Message_Should_ComeInFrames_When_ItIsLarge(int length)
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);
        await client.SubscribeAsync("1", $"{{ big(length: {length}) }}");

        // A frame at most is received at once.
        var message = new MemoryStream();
        var buffer = new byte[4_000_000];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await client.Socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            Assert.InRange(received.Count, 0, 65_536);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);

        var text = new string('x', length);
        Assert.Equal($$$$"""{"id":"1","type":"next","payload":{"data":{"big":"{{{{text}}}}"}}}""", Encoding.UTF8.GetString(message.ToArray()));
        Assert.Equal("""{"id":"1","type":"complete"}""", await client.HearAsync());
    }

    [Theory]
    [InlineData("""{"query":"{ hello }"}""", "DOCUMENT_NOT_TRUSTED")]
    [InlineData("""{"query":"subscription { heard }"}""", "DOCUMENT_NOT_TRUSTED")]
    [InlineData("""{"documentId":"Nobody"}""", "PERSISTED_QUERY_NOT_FOUND")]
    [InlineData("""{"documentId":"Count"}""", null)]
    public async Task Subscribe_Should_RunTrustedDocumentsAlone_When_ToldTo(string payload, string? code)
    {
        await using var server = await GraphQLServer.StartTrustedAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.SayAsync($$$"""{"id":"1","type":"subscribe","payload":{{{payload}}}}""");

        var type = Brief(await client.HearAsync(), out var told);
        Assert.Equal(code is null ? "next 1" : "error 1", type);
        Assert.Equal(code ?? """{"data":{"count":1}}""", code is null ? told.GetRawText() : told[0].GetProperty("extensions").GetProperty("code").GetString());
        Assert.Equal(0, server.Topics.SubscriptionCount);
    }

    [Fact]
    public async Task Operations_Should_RunBesideEachOther_AndEndAsTheirKindDoes()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.SubscribeAsync("sub", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(1);
        await client.SubscribeAsync("q", "{ hello crash }");
        Assert.Equal("next q", Brief(await client.HearAsync(), out var body));
        Assert.Equal("Hello world", body.GetProperty("data").GetProperty("hello").GetString());
        Assert.Equal("complete q", Brief(await client.HearAsync(), out _));

        await client.SubscribeAsync("m", "mutation { publish(text: \\\"a\\\") }");
        Assert.Equal(
            ["complete m", "next m", "next sub"],
            new[] { Brief(await client.HearAsync(), out _), Brief(await client.HearAsync(), out _), Brief(await client.HearAsync(), out _) }.Order(StringComparer.Ordinal));

        await client.SubscribeAsync("q", "subscription { count(to: 2) }");
        Assert.Equal("""{"id":"q","type":"next","payload":{"data":{"count":1}}}""", await client.HearAsync());
        Assert.Equal("""{"id":"q","type":"next","payload":{"data":{"count":2}}}""", await client.HearAsync());
        Assert.Equal("""{"id":"q","type":"complete"}""", await client.HearAsync());
    }

    [Fact]
    public async Task Query_Should_ComeInParts_When_ItDefers()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.SubscribeAsync("1", "{ hello ... @defer { gate } }");
        Assert.Equal("next 1", Brief(await client.HearAsync(), out var first));
        Assert.Equal("Hello world", first.GetProperty("data").GetProperty("hello").GetString());
        Assert.True(first.GetProperty("hasNext").GetBoolean());
        server.Gate.SetResult("open");

        Assert.Equal("next 1", Brief(await client.HearAsync(), out var second));
        Assert.Equal("open", second.GetProperty("incremental")[0].GetProperty("data").GetProperty("gate").GetString());
        Assert.Equal("complete 1", Brief(await client.HearAsync(), out _));
    }

    [Theory]
    [InlineData("{ nothing }", "GRAPHQL_VALIDATION_FAILED")]
    [InlineData("{", "GRAPHQL_SYNTAX_ERROR")]
    [InlineData("subscription { refused }", "NOT_FOUND")]
    [InlineData("subscription { heard count(to: 1) }", "GRAPHQL_VALIDATION_FAILED")]
    public async Task Subscribe_Should_BeAnsweredByAnError_When_TheOperationCannotBegin(string query, string code)
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.SubscribeAsync("1", query);

        Assert.Equal("error 1", Brief(await client.HearAsync(), out var errors));
        Assert.Equal(code, errors[0].GetProperty("extensions").GetProperty("code").GetString());
        await client.SubscribeAsync("1", "{ hello }");
        Assert.Equal("next 1", Brief(await client.HearAsync(), out _));
    }

    [Fact]
    public async Task Subscription_Should_EndWithAnError_When_ItsSourceFails()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.SubscribeAsync("1", "subscription { fails }");

        Assert.Equal("next 1", Brief(await client.HearAsync(), out _));
        Assert.Equal("error 1", Brief(await client.HearAsync(), out var errors));
        Assert.Equal("INTERNAL_SERVER_ERROR", errors[0].GetProperty("extensions").GetProperty("code").GetString());
        Assert.Equal("Subscription.fails", Assert.Single(server.Log).Field);
    }

    [Fact]
    public async Task Complete_Should_EndASubscription_AndFreeItsId()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        for (var i = 0; i < 20; i++)
        {
            await client.SubscribeAsync("1", "subscription { heard }");
            await server.WaitForSubscriptionsAsync(1);
            await client.SayAsync("""{"id":"1","type":"complete"}""");
            await server.WaitForSubscriptionsAsync(0);
        }

        await client.SayAsync("""{"id":"unknown","type":"complete"}""");
        await client.SubscribeAsync("1", "{ hello }");
        Assert.Equal("next 1", Brief(await client.HearAsync(), out _));
    }

    [Fact]
    public async Task Complete_Should_CancelAQuery()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);

        await client.SubscribeAsync("1", "{ forever }");
        await server.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await client.SayAsync("""{"id":"1","type":"complete"}""");

        await server.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await client.SubscribeAsync("2", "{ hello }");
        Assert.Equal("next 2", Brief(await client.HearAsync(), out _));
    }

    [Fact]
    public async Task Subscribe_Should_BeRefused_When_TooManyAreUnderWay()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { WebSockets = new() { MaxOperations = 2 } });
        await using var client = await SocketClient.OpenAsync(server);
        await client.SubscribeAsync("1", "subscription { heard }");
        await client.SubscribeAsync("2", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(2);

        await client.SubscribeAsync("3", "{ hello }");

        Assert.Equal("error 3", Brief(await client.HearAsync(), out var errors));
        Assert.Equal("LIMIT_EXCEEDED", errors[0].GetProperty("extensions").GetProperty("code").GetString());
        Assert.Equal(2, server.Topics.SubscriptionCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Subscriptions_Should_BeLeft_When_TheClientGoes(bool orderly)
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);
        await client.SubscribeAsync("1", "subscription { heard }");
        await client.SubscribeAsync("2", "subscription { heard }");
        await client.SubscribeAsync("3", "{ forever }");
        await server.WaitForSubscriptionsAsync(2);

        if (orderly)
        {
            await client.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            Assert.Equal(WebSocketCloseStatus.NormalClosure, client.Socket.CloseStatus);
        }
        else
        {
            client.Socket.Abort();
        }

        await server.WaitForSubscriptionsAsync(0);
        await server.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Stop_Should_TellEachSubscription_ThenClose()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var client = await SocketClient.OpenAsync(server);
        await client.SubscribeAsync("1", "subscription { heard }");
        await client.SubscribeAsync("2", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(2);

        var stopping = server.StopAsync();

        string[] messages = [await client.HearAsync(), await client.HearAsync()];
        Assert.Equal(
            new[] { "1", "2" }.Select(id => $$$"""{"id":"{{{id}}}","type":"error","payload":[{"message":"The server is stopping. Connect again in a moment.","extensions":{"code":"CANCELLED"}}]}"""),
            messages.Order(StringComparer.Ordinal));
        Assert.Equal("1001 The server is stopping. Connect again in a moment.", await client.HearAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, server.Topics.SubscriptionCount);
    }

    [Fact]
    public async Task SlowReader_Should_LoseItsSubscriptionAndHoldUpNobody()
    {
        await using var server = await GraphQLServer.StartAsync();
        await using var slow = await SocketClient.OpenAsync(server);
        await using var quick = await SocketClient.OpenAsync(server);
        await slow.SubscribeAsync("1", "subscription { heard }");
        await quick.SubscribeAsync("1", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(2);
        var text = new string('x', 100_000);

        // Until the network's buffers are full, then the topic's: at last the slow one is let go, while the quick one has heard every event.
        var published = 0;
        for (; server.Topics.SubscriptionCount == 2; published++)
        {
            Assert.True(published < 10_000, "The slow reader's events pile up without a bound.");
            server.Publish(text);
            Assert.Equal("next 1", Brief(await quick.HearAsync(), out _));
        }

        // What it was sent before is whole and in order; then it is told what has happened, and the connection is as good as before.
        var taken = 0;
        string type;
        JsonElement payload;
        for (; (type = Brief(await slow.HearAsync(), out payload)) == "next 1"; taken++)
        {
        }

        Assert.Equal("error 1", type);
        Assert.Equal("SUBSCRIPTION_OVERFLOW", payload[0].GetProperty("extensions").GetProperty("code").GetString());
        Assert.Equal(published - 1, taken);
        await slow.SubscribeAsync("1", "{ hello }");
        Assert.Equal("next 1", Brief(await slow.HearAsync(), out _));
    }

    [Fact]
    public async Task DeadReader_Should_BeCutOff()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { WebSockets = new() { SendTimeout = TimeSpan.FromMilliseconds(300) } });
        await using var dead = await SocketClient.OpenAsync(server);
        await dead.SubscribeAsync("1", "subscription { heard }");
        await server.WaitForSubscriptionsAsync(1);

        await dead.SubscribeAsync("2", $"{{ {string.Join(' ', Enumerable.Range(0, 40).Select(i => $"a{i}: big(length: 1000000)"))} }}");

        await server.WaitForSubscriptionsAsync(0);
    }

    [Theory]
    [InlineData("GET", "Upgrade: websocket\r\nConnection: Upgrade\r\n", "400")]
    [InlineData("POST", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "400")]
    [InlineData("GET", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n", "400")]
    public async Task Handshake_Should_BeRefused_When_ItIsNone(string method, string headers, string status)
    {
        await using var server = await GraphQLServer.StartAsync();

        var answer = await server.SendRawAsync($"{method} /graphql HTTP/1.1\r\nHost: {server.Url.Authority}\r\nConnection: close\r\n{headers}Content-Length: 0\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_Should_WaitForTheServer()
    {
        await using var server = await GraphQLServer.StartAsync(isReady: false);

        Assert.Contains("503", (await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.ConnectAsync(server))).Message, StringComparison.Ordinal);
    }

    private static string Brief(string message, out JsonElement payload)
    {
        try
        {
            var json = JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetBytes(message));
            payload = json.TryGetProperty("payload", out var value) ? value : default;
            return $"{json.GetProperty("type").GetString()} {json.GetProperty("id").GetString()}";
        }
        catch (JsonException)
        {
            payload = default;
            return message;
        }
    }
}
