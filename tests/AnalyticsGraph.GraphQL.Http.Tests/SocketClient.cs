using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>A WebSocket that says and hears messages word by word.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));

    public ClientWebSocket Socket { get; } = new();

    public static async Task<SocketClient> ConnectAsync(GraphQLServer server, string? protocol = "graphql-transport-ws", string? origin = null)
    {
        var client = new SocketClient();
        if (protocol is not null)
        {
            client.Socket.Options.AddSubProtocol(protocol);
        }

        if (origin is not null)
        {
            client.Socket.Options.SetRequestHeader("Origin", origin);
        }

        await client.Socket.ConnectAsync(new UriBuilder(server.Url) { Scheme = "ws" }.Uri, client._patience.Token);
        return client;
    }

    /// <summary>Connects over a stream of HTTP/2 (RFC 8441).</summary>
    public static async Task<SocketClient> ConnectHttp2Async(GraphQLServer server, HttpMessageInvoker connection)
    {
        var client = new SocketClient();
        client.Socket.Options.AddSubProtocol("graphql-transport-ws");
        client.Socket.Options.HttpVersion = HttpVersion.Version20;
        client.Socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await client.Socket.ConnectAsync(new UriBuilder(server.Url) { Scheme = "ws" }.Uri, connection, client._patience.Token);
        return client;
    }

    /// <summary>Connects, and is acknowledged.</summary>
    public static async Task<SocketClient> OpenAsync(GraphQLServer server)
    {
        var client = await ConnectAsync(server);
        await client.InitialiseAsync();
        return client;
    }

    /// <summary>Is acknowledged.</summary>
    public async Task InitialiseAsync()
    {
        await SayAsync("""{"type":"connection_init"}""");
        Assert.Equal("""{"type":"connection_ack"}""", await HearAsync());
    }

    /// <summary>Returns when the server has handled all that was said.</summary>
    public async Task BeHeardAsync()
    {
        await SayAsync("""{"type":"ping","payload":{"heard":true}}""");
        Assert.Equal("""{"type":"pong","payload":{"heard":true}}""", await HearAsync());
    }

    public Task SayAsync(string message) => Socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, _patience.Token);

    public Task SubscribeAsync(string id, string query) => SayAsync($$$"""{"id":"{{{id}}}","type":"subscribe","payload":{"query":"{{{query}}}"}}""");

    /// <summary>The next message; when the server closes, its code and reason.</summary>
    public async Task<string> HearAsync()
    {
        var message = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await Socket.ReceiveAsync(buffer.AsMemory(), _patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _patience.Token);
                return $"{(int)Socket.CloseStatus!} {Socket.CloseStatusDescription}";
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Socket.Dispose();
        _patience.Dispose();
        return ValueTask.CompletedTask;
    }
}
