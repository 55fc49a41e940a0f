using AnalyticsGraph.Server.Demo;
using AnalyticsGraph.Tracking.Ingest;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>
/// Starts everything behind the listening socket in order, and stops it in reverse. The socket listens before: probes and early callers get an answer that says what is
/// being waited for.
/// </summary>
internal sealed class GraphHost(ServerOptions options, Readiness readiness, ILoggerFactory loggers, IServer server, IHostApplicationLifetime lifetime) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _starting = Task.CompletedTask;
    private Stores? _stores;
    private TrackingServices? _tracking;
    private volatile GraphComposition? _graph;

    /// <summary>The graph; null until the server is ready.</summary>
    public GraphComposition? Graph => _graph;

    /// <summary>Takes rows in bulk; null until the server is ready.</summary>
    public Ingestion? Ingestion => _graph is null ? null : _tracking?.Ingestion;

    /// <summary>Why the server could not start; null if it could.</summary>
    public Exception? Fault { get; private set; }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not before the socket listens: a taken port must not start engines, and a failure must not stop a server that is still binding, for then nobody would tell why.
        lifetime.ApplicationStarted.Register(() => _starting = Task.Run(BringUpAsync, CancellationToken.None));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        readiness.Waiting("The server is stopping.");
        await _stopping.CancelAsync();
        await _starting;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // The container knows this object as itself and as a hosted service, and disposes it once for each.
        var (tracking, stores) = (_tracking, _stores);
        (_graph, _tracking, _stores) = (null, null, null);
        try
        {
            if (tracking is not null)
            {
                await tracking.DisposeAsync();
            }
        }
        finally
        {
            // Whatever happened above, engines are not left running.
            if (stores is not null)
            {
                await stores.DisposeAsync();
            }
        }

        _stopping.Dispose();
    }

    private async Task BringUpAsync()
    {
        try
        {
            _stores = await Stores.OpenAsync(options, loggers, readiness.Waiting, _stopping.Token);
            _tracking = new TrackingServices(_stores, loggers, options.Limits);
            _tracking.Start();
            if (options.Demo)
            {
                await _stores.RunAsync("The bundled sample is being imported.", stop => DemoData.ImportOnceAsync(_stores, _tracking, stop), readiness.Waiting, _stopping.Token);
            }

            await _stores.RunAsync(
                "The graph is being built.", async stop => _graph = await GraphComposition.BuildAsync(_stores, _tracking, options.Limits, loggers, stop), readiness.Waiting, _stopping.Token);
            if (options.Demo)
            {
                await _stores.RunAsync("The demo's models are being trained.", stop => DemoRecords.AddOnceAsync(_graph!, stop), readiness.Waiting, _stopping.Token);
            }

            readiness.Ready(_stores);
            // With port 0 the real one is known only now, and Kestrel's own settings may have replaced what --urls says.
            Console.WriteLine(Ready(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped before it was up: there is nothing to tell.
        }
        catch (Exception fault)
        {
            // Told by the command, which ends with exit code 1; a probe that asks meanwhile learns it too.
            Fault = fault;
            readiness.Waiting(StoreConnections.Reason(fault) is { } reason ? $"{reason}." : fault.Message);
            lifetime.StopApplication();
        }
    }

    /// <summary>The line that tells where the graph is.</summary>
    /// <param name="address">Where the server listens; null if that is not known.</param>
    internal static string Ready(string? address) => address switch
    {
        null => "AnalyticsGraph is ready.",

        // A socket's path ends at a colon.
        _ when address.Contains("//unix:", StringComparison.Ordinal) => $"AnalyticsGraph is ready: {address}:/graphql",
        _ => $"AnalyticsGraph is ready: {address.TrimEnd('/')}/graphql",
    };
}
