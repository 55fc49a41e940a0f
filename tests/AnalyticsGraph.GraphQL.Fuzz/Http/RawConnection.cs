using System.Net;
using System.Net.Sockets;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>Sends bytes as they are, and reads until the server closes.</summary>
internal static class RawConnection
{
    private const int Patience = 30_000;
    private const int Limit = 20_000_000;

    // In microseconds. Requests that lack bytes are not answered before the client says that it has no more.
    private const int Pause = 50_000;

    /// <summary>What came back; null if the server neither answered nor closed.</summary>
    /// <param name="server">The server.</param>
    /// <param name="request">The bytes.</param>
    /// <param name="mostBytes">After how many bytes of the answer the client resets the connection; null for a client that reads to the end.</param>
    public static byte[]? Exchange(IPEndPoint server, byte[] request, int? mostBytes = null)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = Patience, ReceiveTimeout = Patience };
        socket.Connect(server);
        try
        {
            socket.Send(request);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // Refused before it was read: what was answered may still be there to read.
        }

        using var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var hasMore = true;
        try
        {
            while (answer.Length < (mostBytes ?? Limit))
            {
                if (hasMore && !socket.Poll(Pause, SelectMode.SelectRead))
                {
                    hasMore = false;
                    socket.Shutdown(SocketShutdown.Send);
                }

                var count = socket.Receive(buffer);
                if (count == 0)
                {
                    break;
                }

                answer.Write(buffer, 0, count);
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.TimedOut)
        {
            return null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.NotConnected or SocketError.Shutdown)
        {
            // Closed with bytes of the request unread.
        }

        if (mostBytes is not null)
        {
            socket.LingerState = new LingerOption(true, 0);
        }

        return answer.ToArray();
    }
}
