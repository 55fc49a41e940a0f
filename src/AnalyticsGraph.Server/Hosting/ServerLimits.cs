using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Server.Export;
using AnalyticsGraph.Tracking.Ingest;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rollups;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>What requests may ask for at most, by the sections of the configuration that docs/limits.md lists.</summary>
internal sealed record ServerLimits
{
    /// <summary>Section <c>GraphQL</c>: documents, operations, answers.</summary>
    public GraphQLExecutorOptions GraphQL { get; init; } = new();

    /// <summary>Section <c>Http</c>: batches and trusted operations.</summary>
    public HttpSettings Http { get; init; } = new();

    /// <summary>Section <c>Mapping</c>: pages, filters, statements.</summary>
    public MappingLimits Mapping { get; init; } = new();

    /// <summary>Section <c>Series</c>: points.</summary>
    public SeriesLimits Series { get; init; } = new();

    /// <summary>Section <c>Aggregates</c>: metrics of many runs.</summary>
    public AggregateLimits Aggregates { get; init; } = new();

    /// <summary>Section <c>Ingest</c>: rows in bulk.</summary>
    public IngestLimits Ingest { get; init; } = new();

    /// <summary>Section <c>Log</c>: what waits for ClickHouse.</summary>
    public PointLogOptions Log { get; init; } = new();

    /// <summary>Section <c>Rollups</c>: summaries of long series.</summary>
    public RollupOptions Rollups { get; init; } = new();

    /// <summary>Section <c>Export</c>: answers as files.</summary>
    public ExportLimits Export { get; init; } = new();

    /// <summary>Section <c>WebSockets</c>: connections that stay.</summary>
    public GraphQLWebSocketOptions WebSockets { get; init; } = new();

    /// <summary>Section <c>EventStreams</c>: answers that go on.</summary>
    public GraphQLEventStreamOptions EventStreams { get; init; } = new();

    /// <summary>Reads the configuration; what it does not name keeps its default.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <exception cref="SettingException">A name is no limit's, or a value does not fit.</exception>
    public static ServerLimits From(IConfiguration configuration) => new()
    {
        GraphQL = Read<GraphQLExecutorOptions>(configuration, nameof(GraphQL)),
        Http = Read<HttpSettings>(configuration, nameof(Http)),
        Mapping = Read<MappingLimits>(configuration, nameof(Mapping)),
        Series = Read<SeriesLimits>(configuration, nameof(Series)),
        Aggregates = Read<AggregateLimits>(configuration, nameof(Aggregates)),
        Ingest = Read<IngestLimits>(configuration, nameof(Ingest)),
        Log = Read<PointLogOptions>(configuration, nameof(Log)),
        Rollups = Read<RollupOptions>(configuration, nameof(Rollups)),
        Export = Read<ExportLimits>(configuration, nameof(Export)),
        WebSockets = Read<GraphQLWebSocketOptions>(configuration, nameof(WebSockets)),
        EventStreams = Read<GraphQLEventStreamOptions>(configuration, nameof(EventStreams)),
    };

    private static T Read<T>(IConfiguration configuration, string name)
        where T : new()
    {
        // The binder would tell of unknown names, too, but neither where they stand nor what they may have been meant to be; and it takes those of what cannot be set.
        var section = configuration.GetSection(name);
        SettingNames.Check(section, typeof(T));
        try
        {
            return section.Get<T>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new T();
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.Reflection.TargetInvocationException)
        {
            throw new SettingException($"The settings of the section {name} cannot be used: {exception.GetBaseException().Message} docs/limits.md lists them.", exception);
        }
    }
}
