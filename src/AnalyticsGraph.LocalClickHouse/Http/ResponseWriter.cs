using System.Diagnostics;
using AnalyticsGraph.LocalClickHouse.Compression;
using AnalyticsGraph.LocalClickHouse.Engine;
using AnalyticsGraph.LocalClickHouse.Errors;
using Microsoft.AspNetCore.WebUtilities;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>
/// Writes a result as it comes, from an engine thread. The first bytes are held back (<c>buffer_size</c>), so that a short
/// result has its length, its summary and a true status; beyond that a slow client makes <see cref="Write"/> wait, and with it
/// the statement: memory stays flat however long the result is.
/// </summary>
internal sealed class ResponseWriter : IDisposable
{
    private const int SpillThreshold = 8 << 20;

    private readonly HttpContext _context;
    private readonly QueryParameters _parameters;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly FileBufferingWriteStream? _whole;
    private readonly MemoryStream _held = new();
    private readonly string _tag = ExceptionWriter.NewTag();
    private PipeStream? _body;
    private Stream? _coder;
    private Stream? _encoder;
    private QueryFigures _figures;
    private string _format;

    internal ResponseWriter(HttpContext context, QueryParameters parameters, EngineHost engine)
    {
        _context = context;
        _parameters = parameters;
        _format = parameters.Format;
        if (parameters.WaitEndOfQuery) _whole = new FileBufferingWriteStream(SpillThreshold, bufferLimit: null);
        var headers = context.Response.Headers;
        headers["X-ClickHouse-Query-Id"] = parameters.QueryId;
        headers["X-ClickHouse-Timezone"] = engine.TimeZone;
        headers["X-ClickHouse-Server-Display-Name"] = engine.DisplayName;
        headers[ExceptionWriter.TagHeader] = _tag;
        headers.AccessControlExposeHeaders =
            "X-ClickHouse-Query-Id,X-ClickHouse-Summary,X-ClickHouse-Server-Display-Name,X-ClickHouse-Format,"
            + "X-ClickHouse-Timezone,X-ClickHouse-Exception-Code,X-ClickHouse-Exception-Tag";
        if (parameters.Enabled("add_http_cors_header")) headers.AccessControlAllowOrigin = "*";
    }

    /// <summary>Whether the status has left.</summary>
    internal bool Started => _encoder is not null;

    /// <summary>Names the output format; before the first write.</summary>
    internal void UseFormat(string format) => _format = format;

    /// <summary>Writes a block of the result; waits while the client is behind.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    internal void Write(ReadOnlySpan<byte> bytes, QueryFigures figures)
    {
        _figures += figures with { ResultBytes = bytes.Length };
        if (_whole is not null)
        {
            _whole.Write(bytes);
        }
        else if (_encoder is null && _held.Length + bytes.Length <= _parameters.BufferSize)
        {
            _held.Write(bytes);
        }
        else
        {
            if (_encoder is null)
            {
                Start(null);
                _encoder!.Write(_held.GetBuffer().AsSpan(0, (int)_held.Length));
                _held.SetLength(0);
            }
            _encoder.Write(bytes);
            _encoder.Flush();
        }
    }

    /// <summary>The result has ended well.</summary>
    internal void Complete(QueryFigures last)
    {
        _figures += last;
        if (_encoder is null)
        {
            var length = _whole?.Length ?? _held.Length;
            Start(length);
            if (_whole is null) _encoder!.Write(_held.GetBuffer().AsSpan(0, (int)_held.Length));
            else _whole.DrainBufferAsync(_encoder!, _context.RequestAborted).GetAwaiter().GetResult();
        }
        _encoder!.Dispose();
        _coder?.Dispose();
    }

    /// <summary>Puts the error into a result that has begun.</summary>
    internal void Break(ServerException error)
    {
        _encoder!.Write(ExceptionWriter.Block(error, _tag));
        _encoder.Dispose();
        _coder?.Dispose();
        _body!.Flush();
    }

    public void Dispose()
    {
        _body?.Abandon();
        _encoder?.Dispose();
        _coder?.Dispose();
        _whole?.Dispose();
    }

    private void Start(long? length)
    {
        var response = _context.Response;
        var elapsed = Stopwatch.GetElapsedTime(_started);
        response.ContentType = Formats.MediaType(_format);
        response.Headers["X-ClickHouse-Format"] = _format;
        response.Headers["X-ClickHouse-Summary"] = Summary.Write(_figures, elapsed);
        if (_parameters.Enabled("send_progress_in_http_headers")) response.Headers["X-ClickHouse-Progress"] = Summary.Write(_figures, elapsed);
        _body = new PipeStream(response.BodyWriter, _parameters.Patience("http_send_timeout"), _context.RequestAborted);
        var encoding = length == 0 ? null : ContentCoding.Choose(_context.Request, _parameters);
        if (encoding is null)
        {
            response.ContentLength = length;
            _encoder = _body;
        }
        else
        {
            response.Headers.ContentEncoding = encoding;
            _encoder = ContentCoding.Encode(encoding, _body, _parameters);
        }
        if (!_parameters.Compress) return;
        response.ContentLength = null;
        _coder = _encoder;
        _encoder = new FrameWriteStream(_encoder);
    }
}
