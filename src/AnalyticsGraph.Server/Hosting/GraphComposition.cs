using System.Reflection;
using AnalyticsGraph.Analytics;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Mutations;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>Binds the rooms to one graph: the SDL, the mapped tables, the analytics, the mutations.</summary>
internal sealed class GraphComposition
{
    private readonly MappedSchema _mapped;

    private readonly Func<CancellationToken, Task> _catchUp;

    private GraphComposition(MappedSchema mapped, GraphQLExecutor executor, Func<CancellationToken, Task> catchUp) => (_mapped, Executor, _catchUp) = (mapped, executor, catchUp);

    /// <summary>The tables of both stores as a schema.</summary>
    public MappedSchema Mapped => _mapped;

    /// <summary>What executes requests.</summary>
    public GraphQLExecutor Executor { get; }

    /// <summary>What the mapping directives of the SDL say.</summary>
    public MappingModel Model => _mapped.Resolvers.Model;

    /// <summary>Builds the graph and checks it against the real tables.</summary>
    /// <param name="stores">The migrated stores.</param>
    /// <param name="tracking">The write side.</param>
    /// <param name="limits">What requests may ask for.</param>
    /// <param name="loggers">For faults of resolvers and for warnings.</param>
    /// <param name="cancellation">Ends the reading of the catalogues.</param>
    /// <exception cref="GraphQL.Persisted.TrustedDocumentException">Trusted operations do not fit the schema; every fault is named with its place.</exception>
    /// <exception cref="MappingException">SDL and tables do not fit; every mismatch is named.</exception>
    public static async Task<GraphComposition> BuildAsync(Stores stores, TrackingServices tracking, ServerLimits limits, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var logger = loggers.CreateLogger<GraphComposition>();
        var mapped = await MappedSchema.BuildAsync(
            new MappedSchemaOptions
            {
                Files = SchemaFiles(),
                Postgres = stores.Postgres,
                ClickHouse = stores.ClickHouse,
                CatchUpClickHouse = tracking.Flusher.FlushPendingAsync,
                Bind = (bindings, resolvers) => Bind(bindings, resolvers, stores, tracking, limits),
                Limits = limits.Mapping,
            },
            cancellation);
        foreach (var warning in mapped.Warnings)
        {
            logger.LogWarning("{Warning}", warning);
        }

        var options = limits.GraphQL with
        {
            OnUnexpectedError = error => logger.LogError(error.Exception, "The field {Field} failed; the caller was told the trace id {TraceId}.", error.Field, error.TraceId),
        };
        var executor = new GraphQLExecutor(mapped.Schema, options, TrustedFiles.Read(limits.Http.OperationsFolder));
        return new GraphComposition(mapped, executor, tracking.Flusher.FlushPendingAsync);
    }

    /// <summary>Gives a request its sessions with the stores.</summary>
    /// <param name="request">The request.</param>
    /// <param name="counters">What counts what it asks of the stores; null for a new one.</param>
    public void Configure(RequestContext request, SessionCounters? counters = null) => _mapped.Configure(request, counters);

    /// <summary>Brings everything that was acknowledged before the call to ClickHouse.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="GraphQLException">It cannot be brought there at the moment.</exception>
    public Task CatchUpAsync(CancellationToken cancellation) => _catchUp(cancellation);

    /// <summary>Sends a query whose answer comes in one of ClickHouse's formats, at the pace of who reads it.</summary>
    /// <param name="query">The query.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="GraphQLException">ClickHouse could not answer.</exception>
    public Task<ByteStream> OpenBytesAsync(ClickHouseQuery query, string format, CancellationToken cancellation) => _mapped.ClickHouse!.OpenBytesAsync(query, format, cancellation);

    /// <summary>Binds the fields that C# resolves.</summary>
    internal static void Bind(SchemaBindings bindings, MappedResolvers resolvers, Stores stores, TrackingServices tracking, ServerLimits limits)
    {
        bindings.AddAnalytics(resolvers, new PendingPoints(tracking.Flusher, tracking.Copier), limits.Series, limits.Aggregates);
        TrackingResolvers.Bind(bindings, resolvers, tracking.Entities, tracking.Points, tracking.Rows);
        EntityResolvers.Bind(bindings, resolvers, stores.Postgres, tracking.Topics);
        LiveResolvers.Bind(bindings, resolvers, stores.Postgres, tracking.Topics, tracking.Flusher);
    }

    /// <summary>The SDL files of this build, by name.</summary>
    internal static IEnumerable<(string Name, string Sdl)> SchemaFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(IsSchema).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }

    private static bool IsSchema(string name) => name.EndsWith(".graphql", StringComparison.Ordinal) && !name.StartsWith(TrustedFiles.Prefix, StringComparison.Ordinal);

    private sealed class PendingPoints(PointFlusher flusher, DimensionCopier copier) : IPendingPoints
    {
        public Task FlushAsync(IReadOnlyCollection<long> runIds, CancellationToken cancellationToken) => flusher.FlushRunsAsync(runIds, cancellationToken);

        public Task CopySummariesAsync(CancellationToken cancellationToken) => copier.CopySummariesAsync(cancellationToken);
    }
}
