using AnalyticsGraph.Engines;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.Server.Export;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Ingest;

namespace AnalyticsGraph.Server.Cli;

/// <summary>The server itself.</summary>
internal static class ServeCommand
{
    /// <summary>Serves until a signal or <paramref name="cancellation"/> ends it.</summary>
    /// <param name="options">How.</param>
    /// <param name="configuration">For logging and limits.</param>
    /// <param name="cancellation">Stops the server.</param>
    /// <returns>0 after a stop that was asked for, 1 if the server could not start; then the reason was told.</returns>
    public static async Task<int> RunAsync(ServerOptions options, IConfigurationRoot configuration, CancellationToken cancellation)
    {
        try
        {
            SettingNames.Check(configuration);
            options = options with { Limits = ServerLimits.From(configuration) };
            ListenAddresses.Check(options.Urls);
            StoreConnections.Check(options);
        }
        catch (SettingException exception)
        {
            return Failure.Tell(exception);
        }

        await using var app = Build(options, configuration);
        var host = app.Services.GetRequiredService<GraphHost>();
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception) when (ListenAddresses.Explain(exception, options.Urls, app.Configuration) is { } message)
        {
            return Failure.Tell(exception, message);
        }

        await app.WaitForShutdownAsync(cancellation);
        return host.Fault is { } fault ? Failure.Tell(fault) : 0;
    }

    /// <summary>Composes the server; nothing runs yet.</summary>
    /// <param name="options">How.</param>
    /// <param name="configuration">For logging and limits.</param>
    internal static WebApplication Build(ServerOptions options, IConfiguration configuration)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        // A start that fails is told by this command, once and in words.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning).AddFilter("AnalyticsGraph", LogLevel.Information);
        TelemetryExport.AddLogs(builder.Logging, builder.Configuration);
        builder.Services.AddSingleton(_ => TelemetryExport.Start(builder.Configuration));
        builder.Services.AddSingleton(options).AddSingleton<Readiness>().AddSingleton<GraphHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GraphHost>());

        var app = builder.Build();
        // Before anything that it could tell of.
        if (app.Services.GetRequiredService<TelemetryExport>().HasTraces)
        {
            app.Use(HttpSpans.CompleteAsync);
        }

        var host = app.Services.GetRequiredService<GraphHost>();
        app.MapHealth();
        app.MapGraphQL("/graphql", () => host.Graph?.Executor, new GraphQLHttpOptions
        {
            ServeSdl = options.Limits.GraphQL.ServesSchema,
            Batch = options.Limits.Http.Batch,
            OperationCacheControl = options.Limits.Http.OperationCacheControl,
            Profile = options.Limits.Http.Profile,
            ConfigureRequest = (_, request) => host.Graph!.Configure(request),
            WebSockets = options.Limits.WebSockets,
            EventStreams = options.Limits.EventStreams,
            Ide = IdeFolder() is { } folder ? new IdeOptions { Folder = folder } : null,
        });
        app.MapIngest(() => host.Ingestion, options.Limits.Ingest);
        app.MapExport(() => host.Graph, options.Limits);
        app.MapGet("/", () => Results.Redirect("/graphql"));
        return app;
    }

    // Beside the program where it was published, else where the build restored it.
    private static string? IdeFolder()
    {
        var published = Path.Combine(AppContext.BaseDirectory, "ide");
        if (Directory.Exists(published))
        {
            return published;
        }

        var restored = EmbeddedEngines.FindPackages() is { } packages ? Path.Combine(packages, "node_modules", "@chillicream", "bananacakepop-graphql-ide") : null;
        return Directory.Exists(restored) ? restored : null;
    }
}
