using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Stands between a client and ClickHouse's HTTP interface, counts the queries and bytes that pass, and can hold answers back or break them off.</summary>
internal sealed class ClickHouseWire : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpMessageInvoker _server;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _queries;
    private long _bytes;

    private ClickHouseWire(string connectionString)
    {
        var socket = (string)new DbConnectionStringBuilder { ConnectionString = connectionString }["Socket"];
        _server = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(socket, cancellation) });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(PassAsync);
    }

    /// <summary>How many requests with a statement passed.</summary>
    public int Queries => Volatile.Read(ref _queries);

    /// <summary>How many bytes of answers passed.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>So many bytes of answers pass; then nothing, until <see cref="Release"/>.</summary>
    public long HeldAfter { get; set; } = long.MaxValue;

    /// <summary>After so many bytes the connection is broken off.</summary>
    public long BrokenAfter { get; set; } = long.MaxValue;

    /// <summary>Lets pass what was held back.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Waits until nothing has passed for a while: whoever reads has stopped, and what is between is full.</summary>
    /// <returns>How many bytes of answers passed until then.</returns>
    public async Task<long> WaitForSilenceAsync()
    {
        for (var before = -1L; before != Bytes;)
        {
            before = Bytes;
            await Task.Delay(500);
        }

        return Bytes;
    }

    /// <summary>Leads here.</summary>
    public string ConnectionString { get; private set; } = "";

    public static async Task<ClickHouseWire> ListenAsync(string connectionString)
    {
        var wire = new ClickHouseWire(connectionString);
        await wire._application.StartAsync();
        var here = new DbConnectionStringBuilder { ConnectionString = connectionString };
        here.Remove("Socket");
        here["Host"] = "127.0.0.1";
        here["Port"] = new Uri(wire._application.Urls.Single()).Port;
        wire.ConnectionString = here.ConnectionString;
        return wire;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _server.Dispose();
    }

    private async Task PassAsync(HttpContext http)
    {
        if (http.Request.Path == "/" && (HttpMethods.IsPost(http.Request.Method) || http.Request.Query.ContainsKey("query")))
        {
            Interlocked.Increment(ref _queries);
        }

        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), $"http://localhost{http.Request.Path}{http.Request.QueryString}");
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            request.Content = new StreamContent(http.Request.Body);
        }

        foreach (var header in http.Request.Headers.Where(header => header.Key is not ("Host" or "Transfer-Encoding")))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]))
            {
                request.Content?.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]);
            }
        }

        using var response = await _server.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")))
        {
            http.Response.Headers[name] = values.ToArray();
        }

        await CarryAsync(await response.Content.ReadAsStreamAsync(http.RequestAborted), http);
    }

    private async Task CarryAsync(Stream answer, HttpContext http)
    {
        var buffer = new byte[16 * 1024];
        while (await answer.ReadAsync(buffer, http.RequestAborted) is > 0 and var length)
        {
            var passed = Interlocked.Add(ref _bytes, length);
            if (passed > BrokenAfter)
            {
                http.Abort();
                return;
            }

            if (passed > HeldAfter)
            {
                await _released.Task.WaitAsync(http.RequestAborted);
            }

            await http.Response.Body.WriteAsync(buffer.AsMemory(0, length), http.RequestAborted);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
