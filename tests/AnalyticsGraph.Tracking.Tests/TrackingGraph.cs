using System.Text;
using System.Text.Json;
using AnalyticsGraph.Analytics;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Mutations;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The project's own schema over the tests' stores.</summary>
internal sealed class TrackingGraph
{
    private readonly MappedSchema _schema;
    private readonly GraphQLExecutor _executor;
    private readonly List<string> _unexpected = [];

    private TrackingGraph(MappedSchema schema) =>
        (_schema, _executor) = (schema, new GraphQLExecutor(schema.Schema, new GraphQLExecutorOptions { OnUnexpectedError = error => _unexpected.Add(error.ToString()!) }));

    public static async Task<TrackingGraph> BuildAsync(TrackingEngines engines) => new(await MappedSchema.BuildAsync(new MappedSchemaOptions
    {
        Files = [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "schema"), "*.graphql").Select(path => (Path.GetFileName(path), File.ReadAllText(path)))],
        Postgres = engines.Postgres,
        ClickHouse = engines.ClickHouse,
        CatchUpClickHouse = engines.Flusher.FlushPendingAsync,
        Bind = (bindings, mapped) =>
        {
            bindings.AddAnalytics(mapped, new PendingPoints(engines.Flusher, engines.Copier()));
            TrackingResolvers.Bind(bindings, mapped, engines.Store, engines.Log, engines.Rows);
            EntityResolvers.Bind(bindings, mapped, engines.Postgres, engines.Topics);
            LiveResolvers.Bind(bindings, mapped, engines.Postgres, engines.Topics, engines.Flusher);
        },
    }));

    /// <summary>What the start-up checks say of relations without an index.</summary>
    public IEnumerable<string> Warnings => _schema.Warnings.Select(warning => warning.ToString());

    /// <summary>Runs an operation; there must be no errors.</summary>
    public async Task<JsonElement> RunAsync(string query, object? variables = null, Caller? caller = null, SessionCounters? counters = null)
    {
        using var result = await _executor.ExecuteAsync(new GraphQLRequest
        {
            Query = Encoding.UTF8.GetBytes(query),
            Variables = variables is null ? null : JsonSerializer.SerializeToElement(variables),
            Configure = request =>
            {
                _schema.Configure(request, counters);
                if (caller is not null)
                    request.Set(caller);
            },
        });
        var answer = JsonDocument.Parse(result.Body.ToArray()).RootElement;
        Assert.False(answer.TryGetProperty("errors", out var errors), $"{errors} {string.Join('\n', _unexpected)}");
        return answer.GetProperty("data");
    }

    private sealed class PendingPoints(PointFlusher flusher, DimensionCopier copier) : IPendingPoints
    {
        public Task FlushAsync(IReadOnlyCollection<long> runIds, CancellationToken cancellationToken) => flusher.FlushRunsAsync(runIds, cancellationToken);

        public Task CopySummariesAsync(CancellationToken cancellationToken) => copier.CopySummariesAsync(cancellationToken);
    }
}
