using System.Globalization;
using System.Security.Cryptography;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>A body as it is read: counted against its limit, hashed for its token, and with what went wrong kept, because whoever else reads along reports it as its own failure.</summary>
internal sealed class BodyStream(Stream body, long most, string setting, IncrementalHash? hash) : Stream
{
    private long _read;

    /// <summary>What broke it.</summary>
    public Exception? Fault { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _read += read;
            if (_read > most)
            {
                throw new IngestException(
                    ErrorCodes.LimitExceeded, string.Create(CultureInfo.InvariantCulture, $"The body has more than {most} bytes ({setting}). Send it in parts."));
            }

            hash?.AppendData(buffer.Span[..read]);
            return read;
        }
        catch (InvalidDataException fault)
        {
            Fault = new IngestException(ErrorCodes.BadRequest, $"The body does not hold to its Content-Encoding: {fault.Message}", fault);
            throw Fault;
        }
        catch (Exception fault)
        {
            Fault = fault;
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A body is read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
