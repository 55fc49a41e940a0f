using System.Buffers;
using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>A response of server-sent events. One is written at a time; whoever writes waits until the client has made room.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    // What is handed over at once is copied at once, however slowly it is read.
    private const int LargestPiece = 256 * 1024;

    private static readonly byte[] Comment = ":\n\n"u8.ToArray();
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    private readonly HttpContext _http;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ITimer _keepAlive;
    private readonly TimeSpan _interval;

    private EventStream(HttpContext http, TimeSpan interval, TimeProvider time)
    {
        (_http, _interval) = (http, interval);
        _keepAlive = time.CreateTimer(_ => _ = SendCommentAsync(), null, interval, interval);
    }

    /// <summary>The request that it answers.</summary>
    public HttpContext Http => _http;

    /// <summary>Begins the response; the client sees at once that it has begun.</summary>
    public static async Task<EventStream> OpenAsync(HttpContext http, TimeSpan keepAliveInterval, TimeProvider time)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept";
        // What proxies of nginx's kind heed: events are not held back until there are enough of them.
        response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.BodyWriter.WriteAsync(Comment, http.RequestAborted).ConfigureAwait(false);
        return new EventStream(http, keepAliveInterval, time);
    }

    /// <summary>Writes all responses to an operation, and then that it is complete. When the server stops, that is told as the last response.</summary>
    /// <param name="responses">The responses.</param>
    /// <param name="id">The operation's id as JSON, where several share the stream; else null.</param>
    /// <param name="stopping">Cancelled when the server stops, which ends the reading of responses, too.</param>
    /// <param name="isCurrent">Where several share the stream: whether the client still has the operation. Asked when it is a response's turn; if not, nothing more is written.</param>
    /// <param name="leave">Where several share the stream: gives the id back if the client still has the operation, when it is the turn of its completion; else that is not written.</param>
    public async Task WriteAllAsync(ResponseStream responses, string? id, CancellationToken stopping, Func<bool>? isCurrent = null, Func<bool>? leave = null)
    {
        try
        {
            while (await responses.ReadAsync().ConfigureAwait(false) is { } response)
            {
                using (response)
                {
                    if (!await WriteNextAsync(id, response.Body, isCurrent).ConfigureAwait(false))
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !_http.RequestAborted.IsCancellationRequested)
        {
            using var stop = ExecutionResult.Refuse(ServerStop.Error);
            await WriteNextAsync(id, stop.Body, isCurrent).ConfigureAwait(false);
        }

        await WriteAsync(Encoding.UTF8.GetBytes("event: complete\ndata: "), Encoding.UTF8.GetBytes(id is null ? "" : $"{{\"id\":{id}}}"), default, leave).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _keepAlive.DisposeAsync().ConfigureAwait(false);
        // A comment may be under way: the response must not end before it.
        await _turn.WaitAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private Task<bool> WriteNextAsync(string? id, ReadOnlyMemory<byte> body, Func<bool>? isCurrent) => WriteAsync(
        Encoding.UTF8.GetBytes(id is null ? "event: next\ndata: " : $"event: next\ndata: {{\"id\":{id},\"payload\":"), body, id is null ? default : "}"u8.ToArray(), isCurrent);

    // Whether it may be written is asked when it is its turn: until then its client may have left the operation, and used its id for another.
    private async Task<bool> WriteAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> tail, Func<bool>? mayBeWritten)
    {
        await _turn.WaitAsync(_http.RequestAborted).ConfigureAwait(false);
        try
        {
            if (mayBeWritten?.Invoke() == false)
            {
                return false;
            }

            var writer = _http.Response.BodyWriter;
            writer.Write(head.Span);
            for (; body.Length > LargestPiece; body = body[LargestPiece..])
            {
                WriteLines(writer, body.Span[..LargestPiece]);
                await FlushAsync().ConfigureAwait(false);
            }

            WriteLines(writer, body.Span);
            writer.Write(tail.Span);
            writer.Write("\n\n"u8);
            await FlushAsync().ConfigureAwait(false);
            _keepAlive.Change(_interval, _interval);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    // A line of an event ends its field. JSON may have lines where it was stored so; it means the same with others.
    private static void WriteLines(IBufferWriter<byte> writer, ReadOnlySpan<byte> json)
    {
        for (int end; (end = json.IndexOfAny(LineEnds)) >= 0; json = json[(end + 1)..])
        {
            writer.Write(json[..end]);
            writer.Write("\ndata: "u8);
        }

        writer.Write(json);
    }

    private async Task FlushAsync()
    {
        var flushed = await _http.Response.BodyWriter.FlushAsync(_http.RequestAborted).ConfigureAwait(false);
        if (flushed.IsCompleted)
        {
            throw new OperationCanceledException("The client has gone.", _http.RequestAborted);
        }
    }

    private async Task SendCommentAsync()
    {
        // Where an event is being written, the client hears of us anyway.
        if (_http.RequestAborted.IsCancellationRequested || !_turn.Wait(0, CancellationToken.None))
        {
            return;
        }

        try
        {
            _http.Response.BodyWriter.Write(Comment);
            await FlushAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The client has gone; whoever reads the responses is told by the request's token.
        }
        finally
        {
            _turn.Release();
        }
    }
}
