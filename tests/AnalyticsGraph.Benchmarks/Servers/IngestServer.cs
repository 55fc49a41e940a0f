using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Ingest;
using AnalyticsGraph.Tracking.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>The server's own composition over empty embedded stores that are as durable as a user's.</summary>
internal static class IngestServer
{
    /// <summary>Where it tells ClickHouse's socket.</summary>
    public const string SocketPath = "/clickhouse";

    /// <summary>Where it tells how many bytes wait for ClickHouse.</summary>
    public const string PendingPath = "/pending";

    public static async Task RunAsync(string data)
    {
        await using var engines = await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = data }, NullLoggerFactory.Instance);
        var options = new ServerOptions("", data, Demo: false, engines.PostgresConnectionString, engines.ClickHouseConnectionString);
        await using var stores = await Stores.OpenAsync(options, NullLoggerFactory.Instance, Console.WriteLine, CancellationToken.None);
        await using var tracking = new TrackingServices(stores, NullLoggerFactory.Instance);
        tracking.Start();
        var graph = await GraphComposition.BuildAsync(stores, tracking, new ServerLimits(), NullLoggerFactory.Instance, CancellationToken.None);
        var socket = ClickHouseOptions.Parse(engines.ClickHouseConnectionString).Socket!;
        await ChildHost.RunAsync(app =>
        {
            app.MapGraphQL("/graphql", graph.Executor, new GraphQLHttpOptions { ConfigureRequest = (_, request) => graph.Configure(request) });
            app.MapIngest(() => tracking.Ingestion, new IngestLimits());
            app.MapGet(SocketPath, (RequestDelegate)(http => http.Response.WriteAsync(socket, http.RequestAborted)));
            app.MapGet(PendingPath, (RequestDelegate)(http => http.Response.WriteAsync($"{tracking.Flusher.PendingBytes}", http.RequestAborted)));
        });
    }
}
