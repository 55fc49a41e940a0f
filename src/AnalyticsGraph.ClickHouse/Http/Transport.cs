using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>Sends requests: connections over TCP or a Unix socket, time limits, and repeating what is safe to repeat.</summary>
internal sealed class Transport : IDisposable
{
    private readonly ClickHouseOptions _options;
    private readonly ILogger _logger;
    private readonly HttpMessageInvoker _http;
    private readonly Uri _base;

    public Transport(ClickHouseOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _base = new UriBuilder(options.Secure ? "https" : "http", options.Socket is null ? options.Host : "localhost", options.Socket is null ? options.Port : 80).Uri;
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = options.MaxConnections,
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(10, options.Timeout.TotalSeconds)),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            // An abandoned result is not read to its end: closing the connection is what tells the server to stop.
            MaxResponseDrainSize = 0,
            // The client's spans are its statements; .NET's own, of each HTTP request, would tell the same once more.
            ActivityHeadersPropagator = null,
        };
        if (options.Socket is { } path)
            handler.ConnectCallback = (_, ct) => ConnectUnixAsync(path, ct);
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Where requests go, for messages.</summary>
    public string Target => _options.Socket is { } path ? "unix:" + path : _base.GetLeftPart(UriPartial.Authority);

    /// <summary>Sends a request and waits for the head of its answer, whatever the status.</summary>
    /// <param name="make">Makes the request; called anew for each attempt, with what ends it at the timeout.</param>
    /// <param name="repeatable">Whether doing it twice does no harm.</param>
    /// <param name="timeout">How long the head of the answer may take.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="ClickHouseTransportException">There is no answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<CancellationTokenSource, HttpRequestMessage> make, bool repeatable, TimeSpan timeout, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(timeout);
            var request = make(limit);
            try
            {
                return await _http.SendAsync(request, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                throw new OperationCanceledException("The query was cancelled.", ct);
            }
            catch (OperationCanceledException e)
            {
                throw new ClickHouseTransportException(
                    string.Create(CultureInfo.InvariantCulture, $"ClickHouse at {Target} did not answer within {timeout.TotalSeconds:0.#} s. The query is being ended; raise Timeout if it needs longer."), e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
            {
                // A bare SocketException comes from a connection that was reset while it was made.
                var unsent = e is SocketException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
                if (attempt >= _options.Retries || !(unsent || repeatable))
                    throw Failed(e, unsent);
                var pause = TimeSpan.FromMilliseconds(50 << Math.Min(attempt, 6));
                _logger.LogWarning("ClickHouse at {Target}: {Error} Trying again in {Pause} ms.", Target, CauseOf(e), pause.TotalMilliseconds);
                await Task.Delay(pause, ct).ConfigureAwait(false);
            }
            finally
            {
                // With the head of the answer here, the body has been sent.
                request.Dispose();
            }
        }
    }

    public HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        // The URL goes out exactly as it was escaped: canonicalization would undo some of it.
        var uri = new Uri(_base.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(method, uri) { Content = content };
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            request.Headers.TryAddWithoutValidation("traceparent", activity.Id);
            if (!string.IsNullOrEmpty(activity.TraceStateString))
                request.Headers.TryAddWithoutValidation("tracestate", activity.TraceStateString);
        }
        if (_options.Username.Length > 0)
            request.Headers.TryAddWithoutValidation("X-ClickHouse-User", _options.Username);
        if (_options.Password.Length > 0)
            request.Headers.TryAddWithoutValidation("X-ClickHouse-Key", _options.Password);
        if (_options.Compression == ClickHouseCompression.Gzip)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        return request;
    }

    public void Dispose() => _http.Dispose();

    private ClickHouseTransportException Failed(Exception e, bool unsent)
    {
        var cause = CauseOf(e);
        return new ClickHouseTransportException(
            unsent ? $"ClickHouse at {Target} cannot be reached: {cause} Is it running, and does it listen there?"
            : $"The connection to ClickHouse at {Target} was lost before it answered: {cause} Whether the statement ran is unknown.",
            e,
            wasNotSent: unsent);
    }

    // Beside the socket's own fault .NET names the address of the URL, which is none where a Unix socket takes its place.
    private static string CauseOf(Exception e) => e.InnerException switch
    {
        null => e.Message,
        SocketException fault => $"{fault.Message.TrimEnd('.')}.",
        var inner => $"{e.Message} {inner.Message}",
    };

    private static async ValueTask<Stream> ConnectUnixAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
