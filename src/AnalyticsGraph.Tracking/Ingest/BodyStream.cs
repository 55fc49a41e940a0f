using System.Globalization;
using System.Security.Cryptography;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>A body as it is read: counted against its limit, hashed for its token, and with what went wrong kept, because whoever else reads along reports it as its own failure.</summary>
internal sealed class BodyStream(Stream body, long most, string setting, IncrementalHash? hash) : ReadOnlyStream
{
    private long _read;

    /// <summary>What broke it.</summary>
    public Exception? Fault { get; private set; }

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
}
