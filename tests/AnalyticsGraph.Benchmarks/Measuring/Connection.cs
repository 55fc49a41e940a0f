using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>One connection that sends the same prepared bytes again and again: a client that costs next to nothing.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];
    private int _read;
    private int _head;
    private int _body;

    public static async Task<Connection> OpenAsync(Uri address)
    {
        var connection = new Connection();
        await connection._socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
        return connection;
    }

    /// <summary>A POST as bytes.</summary>
    public static byte[] Request(Uri address, string path, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nAccept: application/graphql-response+json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends a request and reads its answer.</summary>
    /// <returns>The answer's body; valid until the next call.</returns>
    /// <exception cref="InvalidDataException">The answer is not a 200 with a Content-Length.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request);
        Begin();
        while (!Take(await _socket.ReceiveAsync(_buffer.AsMemory(_read))))
        {
        }

        return _buffer.AsMemory(_head, _body);
    }

    /// <summary>As <see cref="SendAsync"/>, on the calling thread, which waits as that of a simple client does: no other thread has to wake before the answer is there.</summary>
    /// <returns>The answer's body; valid until the next call.</returns>
    /// <exception cref="InvalidDataException">The answer is not a 200 with a Content-Length.</exception>
    public ReadOnlyMemory<byte> Send(ReadOnlyMemory<byte> request)
    {
        _socket.Send(request.Span);
        Begin();
        while (!Take(_socket.Receive(_buffer.AsSpan(_read))))
        {
        }

        return _buffer.AsMemory(_head, _body);
    }

    public void Dispose() => _socket.Dispose();

    private void Begin() => (_read, _head, _body) = (0, 0, 0);

    /// <summary>Whether the answer is whole.</summary>
    private bool Take(int received)
    {
        if (received == 0)
        {
            throw new InvalidDataException("The server closed the connection.");
        }

        _read += received;
        if (_head == 0)
        {
            (_head, _body) = ReadHead(_buffer.AsSpan(0, _read));
        }

        if (_read == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        return _head > 0 && _read >= _head + _body;
    }

    private static (int Head, int Body) ReadHead(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return (0, 0);
        }

        // As Kestrel writes it, and as Node does.
        var length = Math.Max(bytes.IndexOf("Content-Length: "u8), bytes.IndexOf("content-length: "u8));
        return bytes.StartsWith("HTTP/1.1 200"u8) && length >= 0 && Utf8Parser.TryParse(bytes[(length + 16)..], out int body, out _)
            ? (end + 4, body)
            : throw new InvalidDataException($"The server answered:\n{Encoding.UTF8.GetString(bytes)}");
    }
}
