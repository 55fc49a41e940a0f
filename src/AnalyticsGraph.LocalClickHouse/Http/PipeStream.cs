using System.IO.Pipelines;
using AnalyticsGraph.LocalClickHouse.Compression;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>
/// A response's pipe as a stream that is written synchronously from an engine thread: the thread is dedicated to this request,
/// so waiting on it is what carries the client's pace to the statement.
/// </summary>
internal sealed class PipeStream(PipeWriter writer, TimeSpan patience, CancellationToken aborted) : OneWayStream
{
    // The pipe's own pause threshold; flushing less often saves nothing.
    private const int FlushEvery = 64 << 10;

    private int _unflushed;
    private bool _abandoned;

    public override bool CanWrite => true;

    /// <summary>Ignores what is written from now on: an encoder that is disposed of early still writes its trailer.</summary>
    internal void Abandon() => _abandoned = true;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0 && !_abandoned)
        {
            var span = writer.GetSpan();
            var n = Math.Min(span.Length, buffer.Length);
            buffer[..n].CopyTo(span);
            writer.Advance(n);
            buffer = buffer[n..];
            _unflushed += n;
            if (_unflushed >= FlushEvery) Flush();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await writer.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Waits until the client has taken enough; not for ever, for it holds one of the few threads (<c>http_send_timeout</c>).</summary>
    /// <exception cref="OperationCanceledException">The client is gone, or took nothing for too long.</exception>
    public override void Flush()
    {
        if (_abandoned) return;
        _unflushed = 0;
        var flush = writer.FlushAsync(CancellationToken.None);
        var result = flush.IsCompletedSuccessfully ? flush.Result : Wait(flush.AsTask());
        if (result.IsCompleted || result.IsCanceled) throw new OperationCanceledException("The client closed the connection.", aborted);
    }

    private FlushResult Wait(Task<FlushResult> flush) =>
        flush.Wait(patience, aborted) ? flush.Result : throw new OperationCanceledException($"The client took nothing for {patience.TotalSeconds} seconds.");
}
