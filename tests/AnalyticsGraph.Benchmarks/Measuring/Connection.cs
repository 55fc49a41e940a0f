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
        var read = 0;
        var (head, body) = (0, 0);
        while (head == 0 || read < head + body)
        {
            if (read == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var received = await _socket.ReceiveAsync(_buffer.AsMemory(read));
            if (received == 0)
            {
                throw new InvalidDataException("The server closed the connection.");
            }

            read += received;
            if (head == 0)
            {
                (head, body) = ReadHead(_buffer.AsSpan(0, read));
            }
        }

        return _buffer.AsMemory(head, body);
    }

    public void Dispose() => _socket.Dispose();

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
