using System.Buffers;
using System.IO.Pipelines;
using AnalyticsGraph.GraphQL.Errors;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>A whole request body. Lies in the connection's own buffer if it came in one piece there, else in a rented array; to be released after use.</summary>
internal readonly struct RequestBody
{
    private readonly PipeReader? _reader;
    private readonly SequencePosition _end;
    private readonly byte[]? _rented;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            (_reader, _end, Memory) = (reader, buffer.End, buffer.First);
            return;
        }

        _rented = ArrayPool<byte>.Shared.Rent((int)buffer.Length);
        buffer.CopyTo(_rented);
        Memory = _rented.AsMemory(0, (int)buffer.Length);
        reader.AdvanceTo(buffer.End);
    }

    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Reads to the end, or to the limit.</summary>
    /// <exception cref="HttpFaultException">It is no JSON by its headers, is larger than the limit, or is cut short.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        if (!ContentTypes.IsJson(request.ContentType))
        {
            throw new HttpFaultException(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON in UTF-8: send Content-Type: application/json.");
        }

        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpFaultException(StatusCodes.Status415UnsupportedMediaType, $"Bodies encoded as {encoding} are not accepted.");
        }

        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        var reader = request.BodyReader;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = result.Buffer;
                if (buffer.Length > limit)
                {
                    reader.AdvanceTo(buffer.Start);
                    throw TooLarge(limit);
                }

                if (result.IsCompleted)
                {
                    return new RequestBody(reader, buffer);
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (BadHttpRequestException exception)
        {
            // Kestrel's: its own limit, a broken chunk, a client too slow.
            throw new HttpFaultException(
                exception.StatusCode, exception.Message, exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorCodes.LimitExceeded : ErrorCodes.BadRequest);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException && !cancellationToken.IsCancellationRequested)
        {
            // Kestrel's, too: a chunk's size that no number holds, trailers that are no text.
            throw HttpFaultException.BadRequest("The body cannot be read: its chunks or trailers are malformed.");
        }
    }

    public void Release()
    {
        _reader?.AdvanceTo(_end);
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }

    private static HttpFaultException TooLarge(long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, FormattableString.Invariant($"The body is larger than the {limit} bytes that are allowed."), ErrorCodes.LimitExceeded);
}
