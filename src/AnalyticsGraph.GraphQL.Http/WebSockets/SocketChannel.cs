using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// Whole text messages over a WebSocket. One is sent at a time; whoever sends waits until the client has made room, and a client that makes none in time is cut off. So what is
/// held for a client is bounded by what its operations have in hand.
/// </summary>
internal sealed class SocketChannel(WebSocket socket, GraphQLWebSocketOptions options, TimeProvider time) : IDisposable
{
    // Up to here a message is one frame. What is longer is sent in frames of this size: each is copied before it is sent.
    private const int LargestFrame = 64 * 1024;
    private const int SmallBuffer = 4096;
    private const int LongestReason = 123;

    private readonly SemaphoreSlim _turn = new(1);
    private CancellationTokenSource _sendTimer = new(Timeout.InfiniteTimeSpan, time);
    private ITimer? _cutOff;
    private byte[] _buffer = new byte[SmallBuffer];
    private bool _isClosing;

    /// <summary>Whether the server has said, or is saying, that it closes the socket.</summary>
    public bool IsClosing => Volatile.Read(ref _isClosing);

    /// <summary>Whether nothing more can be sent or received.</summary>
    public bool IsBroken => socket.State is WebSocketState.Aborted or WebSocketState.Closed;

    /// <summary>Whether an exception says that the connection is gone.</summary>
    public static bool IsLoss(Exception exception) => exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException;

    /// <summary>Receives a message.</summary>
    /// <returns>The message, valid until the next call; null when the client has closed.</returns>
    /// <exception cref="SocketFaultException">It is too large, or no text.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync()
    {
        if (_buffer.Length > 16 * SmallBuffer)
        {
            _buffer = new byte[SmallBuffer];
        }

        for (var length = 0; ;)
        {
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, (int)Math.Min(2L * length, options.MaxMessageBytes + 1L));
            }

            var received = await socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (received.MessageType == WebSocketMessageType.Binary)
            {
                throw SocketFaultException.Invalid("Messages must be text.");
            }

            length += received.Count;
            if (length > options.MaxMessageBytes)
            {
                throw new SocketFaultException(SocketCloseCode.MessageTooBig, $"A message may have at most {options.MaxMessageBytes} bytes.");
            }

            if (received.EndOfMessage)
            {
                return _buffer.AsMemory(0, length);
            }
        }
    }

    /// <summary>Reads on until the client has closed, and forgets what it reads.</summary>
    public async Task DrainAsync()
    {
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent
            && (await socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    /// <summary>Sends a message of three parts.</summary>
    /// <param name="before">What stands before the body.</param>
    /// <param name="body">The body.</param>
    /// <param name="after">What stands after it.</param>
    /// <param name="mayBeSent">Asked when it is the message's turn.</param>
    /// <returns>Whether it was sent.</returns>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> after, Func<bool>? mayBeSent = null)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived) || mayBeSent?.Invoke() == false)
            {
                return false;
            }

            var length = before.Length + body.Length + after.Length;
            await (length <= LargestFrame ? SendWholeAsync(before, body, after, length) : SendInFramesAsync(before, body, after)).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task SendWholeAsync(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> after, int length)
    {
        var message = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            before.CopyTo(message);
            body.CopyTo(message.AsMemory(before.Length));
            after.CopyTo(message.AsMemory(before.Length + body.Length));
            await socket.SendAsync(message.AsMemory(0, length), WebSocketMessageType.Text, true, StartTimer()).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private async Task SendInFramesAsync(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> after)
    {
        var timer = StartTimer();
        await socket.SendAsync(before, WebSocketMessageType.Text, false, timer).ConfigureAwait(false);
        for (; !body.IsEmpty; body = body[int.Min(body.Length, LargestFrame)..])
        {
            await socket.SendAsync(body[..int.Min(body.Length, LargestFrame)], WebSocketMessageType.Text, false, timer).ConfigureAwait(false);
        }

        await socket.SendAsync(after, WebSocketMessageType.Text, true, timer).ConfigureAwait(false);
    }

    /// <summary>Says that the socket is closed, once; the client has a moment to answer.</summary>
    /// <param name="code">Why.</param>
    /// <param name="reason">Why, in words.</param>
    public async Task CloseAsync(int code, string reason)
    {
        BeginClosing();
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync((WebSocketCloseStatus)code, Shorten(reason), StartTimer()).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            socket.Abort();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>From now on the client's messages do not count, and the connection ends in a moment whatever the client does.</summary>
    public void BeginClosing()
    {
        Volatile.Write(ref _isClosing, true);
        Interlocked.CompareExchange(ref _cutOff, time.CreateTimer(_ => socket.Abort(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), null);
        _cutOff.Change(options.CloseTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the connection without a word.</summary>
    public void Abort() => socket.Abort();

    /// <inheritdoc />
    public void Dispose()
    {
        _cutOff?.Dispose();
        _sendTimer.Dispose();
        _turn.Dispose();
    }

    private CancellationToken StartTimer()
    {
        if (!_sendTimer.TryReset())
        {
            _sendTimer.Dispose();
            _sendTimer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }

        _sendTimer.CancelAfter(options.SendTimeout);
        return _sendTimer.Token;
    }

    private static string Shorten(string reason)
    {
        if (Encoding.UTF8.GetByteCount(reason) <= LongestReason)
        {
            return reason;
        }

        Encoding.UTF8.GetEncoder().Convert(reason, new byte[LongestReason], true, out var taken, out _, out _);
        return reason[..taken];
    }
}
