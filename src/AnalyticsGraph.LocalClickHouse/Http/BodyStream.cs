using AnalyticsGraph.LocalClickHouse.Compression;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>
/// A request's body read synchronously on an engine thread, with patience: a client that stops sending must not hold one of the
/// few threads for ever (<c>http_receive_timeout</c>, 30 seconds as on a server).
/// </summary>
internal sealed class BodyStream(Stream body, TimeSpan patience, CancellationToken aborted) : OneWayStream
{
    private CancellationTokenSource _timeout = CancellationTokenSource.CreateLinkedTokenSource(aborted);
    private byte[] _copy = [];

    public override bool CanRead => true;

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = body.ReadAsync(buffer.AsMemory(offset, count), _timeout.Token);
        return read.IsCompletedSuccessfully ? read.Result : Wait(read.AsTask());
    }

    public override int Read(Span<byte> buffer)
    {
        if (_copy.Length < buffer.Length) _copy = new byte[buffer.Length];
        var n = Read(_copy, 0, buffer.Length);
        _copy.AsSpan(0, n).CopyTo(buffer);
        return n;
    }

    // The multipart reader's way.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var copy = new byte[buffer.Length];
        var n = Read(copy, 0, copy.Length);
        copy.AsMemory(0, n).CopyTo(buffer);
        return new(n);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing) _timeout.Dispose();
        base.Dispose(disposing);
    }

    private int Wait(Task<int> read)
    {
        _timeout.CancelAfter(patience);
        try
        {
            return read.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw ServerException.Create(ErrorCode.SocketTimeout,
                $"Timeout exceeded while receiving the body: nothing came for {patience.TotalSeconds} seconds (http_receive_timeout)");
        }
        finally
        {
            if (!_timeout.TryReset())
            {
                _timeout.Dispose();
                _timeout = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            }
        }
    }
}
