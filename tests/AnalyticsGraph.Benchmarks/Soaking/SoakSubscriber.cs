using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>A client that comes, subscribes to what the writers log, hears it for a while or does not listen, and goes: in order, or without a word.</summary>
internal sealed class SoakSubscriber(Uri address, SoakCounts counts, Random random, Func<string[]> runs)
{
    private const int Longest = 3_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private byte[] _buffer = new byte[256 * 1024];

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var runIds = runs();
            if (runIds.Length == 0)
            {
                await Task.WhenAny(Task.Delay(100, end));
                continue;
            }

            await VisitAsync(runIds);
        }
    }

    private async Task VisitAsync(string[] runIds)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("graphql-transport-ws");
        await socket.ConnectAsync(new UriBuilder(new Uri(address, "graphql")) { Scheme = "ws" }.Uri, patience.Token);
        await SayAsync(socket, new { type = "connection_init" }, patience.Token);
        await HearAsync(socket, patience.Token);
        var ids = Enumerable.Range(0, random.Next(1, 5)).Select(i => $"{i}").ToArray();
        foreach (var id in ids)
        {
            const string Query = "subscription($runIds: [ID!]!) { metricPoints(runIds: $runIds) { run { id status } points { key step value time } } }";
            await SayAsync(socket, new { id, type = "subscribe", payload = new { query = Query, variables = new { runIds } } }, patience.Token);
        }

        counts.Add("subscriptions", ids.Length);
        if (random.Next(4) == 0)
        {
            await Task.Delay(random.Next(Longest / 2), patience.Token);
            counts.Add("sockets left unread");
            socket.Abort();
            return;
        }

        for (var until = Environment.TickCount64 + random.Next(Longest); Environment.TickCount64 < until;)
        {
            // Runs end; where nothing more is logged, nothing more is heard.
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            silence.CancelAfter(Longest);
            try
            {
                Take(await HearAsync(socket, silence.Token));
            }
            catch (OperationCanceledException) when (!patience.IsCancellationRequested)
            {
                counts.Add("sockets dropped");
                return;
            }
        }

        switch (random.Next(3))
        {
            case 0:
                counts.Add("sockets dropped");
                socket.Abort();
                return;
            case 1:
                foreach (var id in ids)
                {
                    await SayAsync(socket, new { id, type = "complete" }, patience.Token);
                }

                break;
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        counts.Add("sockets closed in order");
    }

    private void Take(JsonElement message)
    {
        if (message.GetProperty("type").GetString() == "next" && !message.GetProperty("payload").TryGetProperty("errors", out _))
        {
            counts.Add("events heard");
        }
        else if (message.GetRawText().Contains("SUBSCRIPTION_OVERFLOW", StringComparison.Ordinal))
        {
            counts.Add("subscriptions too slow");
        }
        else
        {
            counts.Fault($"a subscription was told: {message.GetRawText()}");
        }
    }

    private static Task SayAsync(ClientWebSocket socket, object message, CancellationToken cancellation) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, cancellation);

    private async Task<JsonElement> HearAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        for (var length = 0; ;)
        {
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, 2 * length);
            }

            var received = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidDataException($"The server closed a socket: {socket.CloseStatus} {socket.CloseStatusDescription}");
            }

            if (received.EndOfMessage)
            {
                return JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(_buffer, 0, length));
            }
        }
    }
}
