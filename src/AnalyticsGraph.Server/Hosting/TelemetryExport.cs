using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Tracking;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>
/// Sends spans, metrics and logs by OTLP to where the settings named as OpenTelemetry's environment variables say. Without an endpoint there is none of this, and nobody listens to what the rooms could tell.
/// </summary>
internal sealed class TelemetryExport : IDisposable
{
    private const string Service = "analyticsgraph";

    // What .NET tells by itself is told by nobody else: requests and connections of HTTP, the runtime, and PostgreSQL's statements but for those of the mapping (StoreConnections).
    private static readonly string[] Sources = [GraphQLTelemetry.Name, MappingTelemetry.Name, ClickHouseTelemetry.Name, TrackingTelemetry.Name, "Microsoft.AspNetCore", "Npgsql"];

    private static readonly string[] Meters =
    [
        GraphQLTelemetry.Name, ClickHouseTelemetry.Name, TrackingTelemetry.Name, EngineTelemetry.Name,
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql",
    ];

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private TelemetryExport(TracerProvider? traces, MeterProvider? metrics) => (_traces, _metrics) = (traces, metrics);

    /// <summary>Whether spans are exported.</summary>
    public bool HasTraces => _traces is not null;

    /// <summary>Begins to export what the configuration gives an endpoint for; nothing without.</summary>
    /// <param name="configuration">The settings.</param>
    public static TelemetryExport Start(IConfiguration configuration)
    {
        TracerProvider? traces = null;
        if (IsOn(configuration, "TRACES"))
        {
            // .NET 10 leaves the attributes of the HTTP conventions to instrumentation libraries, unless it is told that there is none.
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
            traces = OpenTelemetry.Sdk.CreateTracerProviderBuilder().ConfigureServices(services => services.AddSingleton(configuration))
                .ConfigureResource(Name).AddSource(Sources).AddOtlpExporter().Build();
        }

        var metrics = !IsOn(configuration, "METRICS") ? null : OpenTelemetry.Sdk.CreateMeterProviderBuilder().ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(Name).AddMeter(Meters).AddOtlpExporter().Build();
        return new TelemetryExport(traces, metrics);
    }

    /// <summary>Sends logs too, with the ids of the spans they were written in.</summary>
    /// <param name="logging">The server's logging.</param>
    /// <param name="configuration">The settings.</param>
    public static void AddLogs(ILoggingBuilder logging, IConfiguration configuration)
    {
        if (IsOn(configuration, "LOGS"))
        {
            logging.AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.SetResourceBuilder(Resource()).AddOtlpExporter();
            });
        }
    }

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static bool IsOn(IConfiguration configuration, string signal) =>
        (Has(configuration, "OTEL_EXPORTER_OTLP_ENDPOINT") || Has(configuration, $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
        && !string.Equals(configuration[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    private static bool Has(IConfiguration configuration, string name) => !string.IsNullOrWhiteSpace(configuration[name]);

    private static ResourceBuilder Resource()
    {
        var resource = ResourceBuilder.CreateEmpty();
        Name(resource);
        return resource.AddTelemetrySdk().AddEnvironmentVariableDetector();
    }

    // The detector comes last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
    private static void Name(ResourceBuilder resource) =>
        resource.AddService(Service, serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString()).AddEnvironmentVariableDetector();
}
