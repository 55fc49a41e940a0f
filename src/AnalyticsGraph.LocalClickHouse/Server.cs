using System.Net;
using System.Net.Sockets;
using AnalyticsGraph.LocalClickHouse.Engine;
using AnalyticsGraph.LocalClickHouse.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AnalyticsGraph.LocalClickHouse;

/// <summary>The engine with its HTTP interface, from start to stop.</summary>
internal static class Server
{
    // How long running statements may go on after a request to stop.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    // A server's http_max_uri_size.
    private const int LongestRequestLine = 1 << 20;

    /// <summary>Serves until SIGTERM, SIGINT, or the end of the parent process.</summary>
    /// <exception cref="StartupException">It cannot start.</exception>
    internal static async Task Run(Options options)
    {
        UnixSocket.Prepare(options.Socket);
        using var engine = EngineHost.Start(options.Library, options.Path, options.MaxMemory);
        using var pool = new ConnectionPool(engine, options.MaxConnections);
        using var threads = new EngineThreads(options.MaxConnections, options.QueueTimeout);
        var queries = new RunningQueries(engine);
        var http = new HttpInterface(engine, threads, queries, new StatementRunner(engine, pool, queries), new Authentication(options.Password));

        await using var app = Build(options, http);
        await Listen(app, options).ConfigureAwait(false);
        UnixSocket.Protect(options.Socket);
        Console.Out.WriteLine($"ready {Address(app, options)}");
        await Console.Out.FlushAsync().ConfigureAwait(false);

        using var parent = options.ParentProcess is { } id ? ParentProcess.Watch(id, app.Lifetime.StopApplication) : null;
        // The host waits for running requests, then aborts them, which cancels their statements; writes are cancelled here.
        await app.WaitForShutdownAsync().ConfigureAwait(false);
        queries.CancelAll();
    }

    private static WebApplication Build(Options options, HttpInterface http)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Engine threads read and write synchronously: a thread there belongs to one request.
            kestrel.AllowSynchronousIO = true;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
            kestrel.Limits.MaxRequestHeadersTotalSize = LongestRequestLine;
            kestrel.Limits.MaxRequestBufferSize = 2 * LongestRequestLine;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            if (options.Socket is { } socket) kestrel.ListenUnixSocket(socket);
            if (options.Http is { } endPoint) kestrel.Listen(endPoint);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);
        var app = builder.Build();
        app.Run(http.Handle);
        return app;
    }

    private static async Task Listen(WebApplication app, Options options)
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new StartupException(ExitCode.AddressUnavailable,
                $"{options.Http?.ToString() ?? options.Socket} is in use by another process. Choose another --http or --socket.", e);
        }
        catch (SocketException e)
        {
            var code = e.SocketErrorCode == SocketError.AccessDenied ? ExitCode.PermissionDenied : ExitCode.AddressUnavailable;
            throw new StartupException(code, $"Cannot listen on {options.Socket ?? options.Http?.ToString()}: {e.Message}", e);
        }
    }

    private static string Address(WebApplication app, Options options)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return string.Join(' ', addresses.Select(a => options.Socket is not null && a.Contains("unix:", StringComparison.Ordinal) ? $"unix:{options.Socket}" : a));
    }
}
