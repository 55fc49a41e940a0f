using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>Clients over WebSockets, each with one subscription.</summary>
internal sealed class Subscribers : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _child;
    private readonly string _path;
    private readonly ClientWebSocket[] _sockets;
    private readonly byte[][] _buffers;

    private Subscribers(ChildProcess child, string path, int count) =>
        (_child, _path, _sockets, _buffers) = (child, path, new ClientWebSocket[count], [.. Enumerable.Range(0, count).Select(_ => new byte[1024])]);

    /// <summary>Connects, and waits until the server knows of each.</summary>
    public static async Task<Subscribers> OpenAsync(ChildProcess child, string path, int count)
    {
        var subscribers = new Subscribers(child, path, count);
        using var patience = new CancellationTokenSource(Patience);
        for (var i = 0; i < count; i++)
        {
            var socket = subscribers._sockets[i] = new ClientWebSocket();
            socket.Options.AddSubProtocol("graphql-transport-ws");
            await socket.ConnectAsync(new UriBuilder(new Uri(child.Address, path)) { Scheme = "ws" }.Uri, patience.Token);
            await SayAsync(socket, """{"type":"connection_init"}""", patience.Token);
            await socket.ReceiveAsync(subscribers._buffers[i].AsMemory(), patience.Token);
            await SayAsync(socket, $$$"""{"id":"1","type":"subscribe","payload":{"query":"{{{LiveServer.Subscription}}}"}}""", patience.Token);
        }

        while (await child.GetAsync(path + LiveServer.Count) != count.ToString(CultureInfo.InvariantCulture))
        {
            await Task.Delay(10, patience.Token);
        }

        return subscribers;
    }

    /// <summary>Publishes events; each when all have the one before.</summary>
    /// <returns>The last message.</returns>
    public async Task<string> HearAsync(int events)
    {
        using var patience = new CancellationTokenSource(Patience);
        var length = 0;
        for (var i = 0; i < events; i++)
        {
            await _child.GetAsync(_path + LiveServer.Publish);
            length = (await Task.WhenAll(_sockets.Select((socket, at) => HearAsync(socket, _buffers[at], patience.Token))))[0];
        }

        return Encoding.UTF8.GetString(_buffers[0], 0, length);
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private static async Task<int> HearAsync(ClientWebSocket socket, byte[] buffer, CancellationToken cancellation)
    {
        var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
        return received is { MessageType: WebSocketMessageType.Text, EndOfMessage: true }
            ? received.Count
            : throw new InvalidDataException($"A subscriber received a {received.MessageType} of {received.Count} bytes that is no event: {socket.CloseStatusDescription}");
    }

    private static Task SayAsync(ClientWebSocket socket, string message, CancellationToken cancellation) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, cancellation);
}
