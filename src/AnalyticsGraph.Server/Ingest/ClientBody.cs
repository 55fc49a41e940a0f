using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using AnalyticsGraph.Tracking.Ingest;

namespace AnalyticsGraph.Server.Ingest;

/// <summary>A body as its client sends it, who may not be silent for long: Kestrel's least rate is an average, so that a client which has sent much could keep its place for hours.</summary>
internal sealed class ClientBody(PipeReader body, TimeSpan patience) : ReadOnlyStream
{
    // One for all reads, armed for each: what the server does between them does not count. A read that ends so leaves Kestrel's reader whole, as one that is cancelled by a token does not.
    private readonly Timer _silence = new(EndRead, body, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Whether the end was read.</summary>
    public bool HasEnded { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult read;
        _silence.Change(patience, Timeout.InfiniteTimeSpan);
        try
        {
            read = await body.ReadAsync(cancellationToken);
        }
        finally
        {
            _silence.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        var piece = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, buffer.Length));
        piece.CopyTo(buffer.Span);
        HasEnded |= read.IsCompleted && read.Buffer.IsEmpty;
        var length = (int)piece.Length;
        body.AdvanceTo(piece.End);
        return !read.IsCanceled ? length : throw new BadHttpRequestException(
            string.Create(CultureInfo.InvariantCulture, $"Nothing of the body came for {patience.TotalSeconds:0.###} s (Ingest:StallTimeout). Send it again, without pauses."), StatusCodes.Status408RequestTimeout);
    }

    // The reader is another request's then: the timer must not be at work any more.
    public override async ValueTask DisposeAsync()
    {
        await _silence.DisposeAsync();
        await base.DisposeAsync();
    }

    private static void EndRead(object? body)
    {
        try
        {
            ((PipeReader)body!).CancelPendingRead();
        }
        catch (Exception fault) when (fault is ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The client has left at this very moment; the read ends with that.
        }
    }
}
