using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Server.Export;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Ingest;
using AnalyticsGraph.Tracking.Ingest;
using AnalyticsGraph.Tracking.Maintenance;
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

    /// <summary>Where it tells how many bytes wait for ClickHouse, and how many parts the table has that has most.</summary>
    public const string StatePath = "/state";

    /// <summary>Where it compares the stores, and tells a line for each difference.</summary>
    public const string VerifyPath = "/verify";

    private const string PartsSql = "SELECT toInt64(max(n)) AS parts FROM (SELECT count() AS n FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table)";

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
            app.MapExport(() => graph, new ServerLimits());
            app.MapGet(StatePath, (RequestDelegate)(async http => await http.Response.WriteAsync($"{tracking.Flusher.PendingBytes} {await PartsAsync(stores.ClickHouse, http.RequestAborted)}", http.RequestAborted)));
            app.MapGet(VerifyPath, (RequestDelegate)(async http => await http.Response.WriteAsync(string.Join('\n', await VerifyAsync(stores, tracking, http.RequestAborted)), http.RequestAborted)));
            app.MapGet(SocketPath, (RequestDelegate)(http => http.Response.WriteAsync(socket, http.RequestAborted)));
            app.MapGet(PendingPath, (RequestDelegate)(http => http.Response.WriteAsync($"{tracking.Flusher.PendingBytes}", http.RequestAborted)));
        });
    }

    private static async Task<long> PartsAsync(ClickHouseClient clickHouse, CancellationToken cancellation)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery(PartsSql), cancellation);
        return (await result.ReadColumnAsync<long>("parts", cancellation))[0];
    }

    private static async Task<List<string>> VerifyAsync(Stores stores, TrackingServices tracking, CancellationToken cancellation)
    {
        var differences = new List<string>();
        await foreach (var difference in new StoreVerifier(stores.Postgres, stores.ClickHouse, tracking.Flusher, tracking.Copier).FindAsync(cancellation))
            differences.Add($"{difference.Kind}: {difference.Subject}: {difference.Message}");
        return differences;
    }
}
