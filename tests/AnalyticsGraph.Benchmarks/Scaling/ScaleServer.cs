using AnalyticsGraph.Benchmarks.Servers;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.Server.Cli;
using AnalyticsGraph.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>The server as its command composes it, over embedded stores with the data of a size.</summary>
internal static class ScaleServer
{
    public static async Task RunAsync(string data, ScaleSize size)
    {
        await using var engines = await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = data }, NullLoggerFactory.Instance);
        var options = new ServerOptions("http://127.0.0.1:0", data, Demo: false, engines.PostgresConnectionString, engines.ClickHouseConnectionString);
        ScalePlace place;
        await using (var stores = await Stores.OpenAsync(options, NullLoggerFactory.Instance, _ => { }, CancellationToken.None))
        await using (var tracking = new TrackingServices(stores, NullLoggerFactory.Instance))
        {
            place = await ScaleData.EnsureAsync(data, size.Groups, stores, tracking, Console.WriteLine) with { Socket = ClickHouseOptions.Parse(engines.ClickHouseConnectionString).Socket! };
        }

        await using var app = ServeCommand.Build(options, new ConfigurationBuilder().AddInMemoryCollection().Build());
        app.MapGet(ScalePlace.Path, (RequestDelegate)(http => http.Response.WriteAsync(place.ToString(), http.RequestAborted)));
        app.MapGet(ResidentMemory.Path, (RequestDelegate)(http => http.Response.WriteAsync(ResidentMemory.Take().ToString(), http.RequestAborted)));
        app.MapGet(HeldResources.CollectedPath, (RequestDelegate)(http =>
        {
            HeldResources.Collect();
            return http.Response.WriteAsync("collected", http.RequestAborted);
        }));
        var host = app.Services.GetRequiredService<GraphHost>();
        await ChildHost.RunAsync(app, async () =>
        {
            while (host.Graph is null)
            {
                if (host.Fault is { } fault)
                {
                    throw new InvalidOperationException("The server could not start.", fault);
                }

                await Task.Delay(20);
            }
        });
    }
}
