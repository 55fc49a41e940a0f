using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>The server's own composition over embedded stores, and beside it the hand-written endpoint for the list.</summary>
internal static class StoresServer
{
    public static async Task RunAsync(string data)
    {
        using var held = new HeldResources();
        Console.WriteLine("The embedded engines are starting.");
        await using var engines = await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = data }, NullLoggerFactory.Instance);
        var options = new ServerOptions("", data, Demo: false, engines.PostgresConnectionString, engines.ClickHouseConnectionString);
        await using var stores = await Stores.OpenAsync(options, NullLoggerFactory.Instance, Console.WriteLine, CancellationToken.None);
        await using var tracking = new TrackingServices(stores, NullLoggerFactory.Instance);
        tracking.Start();
        Console.WriteLine("The sample data are being written.");
        var series = await SampleData.EnsureAsync(stores, tracking);
        var place = new SeriesPlace(ClickHouseOptions.Parse(engines.ClickHouseConnectionString).Socket!, series.ExperimentId, series.RunId);
        var graph = await GraphComposition.BuildAsync(stores, tracking, new ServerLimits(), NullLoggerFactory.Instance, CancellationToken.None);
        var statements = await CapturedStatements.OfAsync(BareList.Query, stores, tracking);
        var bare = new BareList(stores.Postgres, statements);
        string Held() => $"{held} {tracking.Topics.SubscriptionCount}";
        await ChildHost.RunAsync(app =>
        {
            app.MapGraphQL("/graphql", graph.Executor, new GraphQLHttpOptions { ConfigureRequest = (_, request) => graph.Configure(request) });
            app.Map("/bare/runs", bare.AnswerAsync);
            app.MapGet(HeldResources.Path, (RequestDelegate)(http => http.Response.WriteAsync(Held(), http.RequestAborted)));
            app.MapGet(HeldResources.CollectedPath, (RequestDelegate)(http =>
            {
                HeldResources.Collect();
                return http.Response.WriteAsync(Held(), http.RequestAborted);
            }));
            app.MapGet("/statements", (RequestDelegate)(http => http.Response.WriteAsync(statements.ToString(), http.RequestAborted)));
            app.MapGet(SeriesPlace.Path, (RequestDelegate)(http => http.Response.WriteAsync(place.ToString(), http.RequestAborted)));
        });
    }
}
