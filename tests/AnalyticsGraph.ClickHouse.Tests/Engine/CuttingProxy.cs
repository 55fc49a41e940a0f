using System.Net;
using System.Net.Sockets;

namespace AnalyticsGraph.ClickHouse.Tests.Engine;

/// <summary>A wire between the client and the real engine that is cut where a test says.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _answersToCut;
    private long _cutAfter;

    public CuttingProxy(string socket)
    {
        _socket = socket;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Requests that reached the engine through here.</summary>
    public int Connections { get; private set; }

    /// <summary>The answers on the next connections are cut after so many bytes; the engine has the whole request then.</summary>
    public void CutAnswers(int connections, long afterBytes) => (_answersToCut, _cutAfter) = (connections, afterBytes);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var near = client;
        using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await far.ConnectAsync(new UnixDomainSocketEndPoint(_socket), _stop.Token);
            Connections++;
            var left = _answersToCut-- > 0 ? _cutAfter : long.MaxValue;
            await using var server = new NetworkStream(far);
            var up = near.GetStream().CopyToAsync(server, _stop.Token);
            var buffer = new byte[16 * 1024];
            // Cutting waits for the answer to begin: by then the engine has the whole request.
            for (int n; (n = await server.ReadAsync(buffer, _stop.Token)) > 0; left -= n)
            {
                await near.GetStream().WriteAsync(buffer.AsMemory(0, (int)Math.Min(n, left)), _stop.Token);
                if (n >= left)
                    break;
            }
            near.Client.LingerState = new LingerOption(true, 0);
            near.Close();
            await up;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Either end is gone, as the test wants it.
        }
    }
}
