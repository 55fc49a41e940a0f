using System.Net;
using AnalyticsGraph.GraphQL.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>The endpoint on Kestrel over loopback, with everything it can do.</summary>
internal sealed class FuzzServer : IDisposable
{
    /// <summary>The path of the endpoint.</summary>
    public const string Path = "/graphql";

    // Closed connections keep a port for a minute: several addresses have several times the ports.
    private const int Addresses = 16;

    private readonly FaultLog _log = new();
    private readonly WebApplication _application;
    private readonly int _port;

    public FuzzServer()
    {
        Graph = new FuzzGraph(error => _log.Add($"{error.Field}: {error.Exception}"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0));
        _application = builder.Build();
        _application.MapGraphQL(Path, Graph.Executor, new GraphQLHttpOptions { ConfigureRequest = (_, context) => context.Set(Graph.Root) });
        _application.StartAsync().GetAwaiter().GetResult();
        _port = new Uri(_application.Urls.Single()).Port;
    }

    /// <summary>What it serves.</summary>
    public FuzzGraph Graph { get; }

    /// <summary>Where the connection of a number goes.</summary>
    public IPEndPoint PlaceOf(long number) => new(new IPAddress([127, 0, 0, (byte)(1 + (number % Addresses))]), _port);

    /// <summary>The next fault that was logged and that nobody took; null if there is none.</summary>
    public string? TakeFault() => _log.Take();

    public void Dispose() => _application.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
