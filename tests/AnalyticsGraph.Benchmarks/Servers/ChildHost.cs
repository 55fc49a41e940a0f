using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>The frame of every child process: Kestrel on a free port, what it consumed, and an end when its parent's pipe closes.</summary>
internal static class ChildHost
{
    /// <summary>What a child writes when it answers, before its address.</summary>
    public const string Ready = "listening ";

    /// <summary>Serves until the standard input ends, or a signal comes.</summary>
    /// <param name="map">Adds the endpoints that are measured.</param>
    public static async Task RunAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var app = builder.Build();
        map(app);
        await RunAsync(app, () => Task.CompletedTask);
    }

    /// <summary>Serves until the standard input ends, or a signal comes.</summary>
    /// <param name="app">What is measured.</param>
    /// <param name="readyAsync">What is waited for, once it listens, before it says so.</param>
    public static async Task RunAsync(WebApplication app, Func<Task> readyAsync)
    {
        app.MapGet("/consumption", (RequestDelegate)(http => http.Response.WriteAsync(Consumption.OfThisProcess().ToString(), http.RequestAborted)));
        await app.StartAsync();
        await readyAsync();
        Console.WriteLine(Ready + app.Urls.Single());
        await Task.WhenAny(Console.In.ReadToEndAsync(), app.WaitForShutdownAsync());
        await app.StopAsync();
    }
}
