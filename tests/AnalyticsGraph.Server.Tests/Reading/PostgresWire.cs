using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>
/// Stands between a client and PostgreSQL and counts round trips: every Sync and every simple Query of the frontend is one answer to wait for (PostgreSQL's protocol, chapter
/// "Message Formats"). It can hold long answers back, or break them off.
/// </summary>
internal sealed class PostgresWire : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepting = Task.CompletedTask;
    private int _roundTrips;

    private PostgresWire(string connectionString) => _server = new NpgsqlConnectionStringBuilder(connectionString);

    /// <summary>How often PostgreSQL was asked and waited for, by any client.</summary>
    public int RoundTrips => Volatile.Read(ref _roundTrips);

    /// <summary>So many bytes of an answer pass; then nothing more of it, until <see cref="Release"/>. Other connections are not held.</summary>
    public long HeldAfter { get; set; } = long.MaxValue;

    /// <summary>After so many bytes of an answer its connection is broken off.</summary>
    public long BrokenAfter { get; set; } = long.MaxValue;

    /// <summary>Lets pass what was held back.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Leads here.</summary>
    public string ConnectionString { get; private set; } = "";

    public static Task<PostgresWire> ListenAsync(string connectionString)
    {
        var wire = new PostgresWire(connectionString);
        wire._listener.Start();
        wire.ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)wire._listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
        wire._accepting = wire.AcceptAsync();
        return Task.FromResult(wire);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        await _closing.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task CarryAsync(TcpClient accepted)
    {
        using var client = accepted;
        using var server = await ConnectAsync();
        await using var fromClient = client.GetStream();
        await using var toServer = new NetworkStream(server, ownsSocket: false);
        var answer = new Answered();
        var answers = RelayAsync(toServer, fromClient, answer);
        try
        {
            // The start-up message alone has no type: length, then content.
            var header = new byte[5];
            await fromClient.ReadExactlyAsync(header.AsMemory(0, 4), _closing.Token);
            await toServer.WriteAsync(header.AsMemory(0, 4), _closing.Token);
            await CopyAsync(fromClient, toServer, BinaryPrimitives.ReadInt32BigEndian(header) - 4);
            while (true)
            {
                await fromClient.ReadExactlyAsync(header, _closing.Token);
                await toServer.WriteAsync(header, _closing.Token);
                answer.Bytes = 0;
                var content = await CopyAsync(fromClient, toServer, BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4);
                // What resets a pooled session goes ahead of the next question in one packet: nobody waits for it.
                if (header[0] == (byte)'S' || (header[0] == (byte)'Q' && !content.AsSpan().StartsWith("SET SESSION AUTHORIZATION DEFAULT"u8) && !content.AsSpan().StartsWith("DISCARD ALL"u8)))
                {
                    Interlocked.Increment(ref _roundTrips);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client left; PostgreSQL is told by the closed socket.
            server.Shutdown(SocketShutdown.Both);
        }

        await answers;
    }

    private async Task<Socket> ConnectAsync()
    {
        var isUnix = _server.Host!.StartsWith('/');
        var socket = isUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(isUnix ? new UnixDomainSocketEndPoint($"{_server.Host}/.s.PGSQL.{_server.Port}") : new DnsEndPoint(_server.Host!, _server.Port));
        return socket;
    }

    private async Task<byte[]> CopyAsync(NetworkStream from, NetworkStream to, int length)
    {
        var buffer = new byte[length];
        await from.ReadExactlyAsync(buffer, _closing.Token);
        await to.WriteAsync(buffer, _closing.Token);
        return buffer;
    }

    private async Task RelayAsync(NetworkStream from, NetworkStream to, Answered answer)
    {
        var buffer = new byte[4096];
        try
        {
            while (await from.ReadAsync(buffer, _closing.Token) is > 0 and var length)
            {
                answer.Bytes += length;
                if (answer.Bytes > BrokenAfter)
                {
                    to.Socket.Shutdown(SocketShutdown.Both);
                    return;
                }

                if (answer.Bytes > HeldAfter)
                {
                    await _released.Task.WaitAsync(_closing.Token);
                }

                await to.WriteAsync(buffer.AsMemory(0, length), _closing.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Either end left.
        }
    }

    private sealed class Answered
    {
        public long Bytes { get; set; }
    }
}
