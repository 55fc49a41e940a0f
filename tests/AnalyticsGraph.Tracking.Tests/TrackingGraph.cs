using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Mutations;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The project's own schema over the tests' stores, but for what the read side resolves.</summary>
internal sealed class TrackingGraph
{
    private static readonly HashSet<string> ReadSide =
    [
        "Run.series", "Job.utilization", "Job.workerChanges", "Job.remainingTime", "Job.similarJobs", "Query.jobMaxima", "Dataset.evaluate", "PredictionSet.evaluation",
    ];

    private static readonly HashSet<string> ReadSideTypes =
    [
        "Series", "SeriesBuckets", "NonFiniteColumns", "NodeUtilization", "WorkerChange", "SimilarJob", "JobMaxima", "Evaluation", "ConfusionCell", "ClassEvaluation",
    ];

    private readonly MappedSchema _schema;
    private readonly GraphQLExecutor _executor;
    private readonly List<string> _unexpected = [];

    private TrackingGraph(MappedSchema schema) =>
        (_schema, _executor) = (schema, new GraphQLExecutor(schema.Schema, new GraphQLExecutorOptions { OnUnexpectedError = error => _unexpected.Add(error.ToString()!) }));

    public static async Task<TrackingGraph> BuildAsync(TrackingEngines engines) => new(await MappedSchema.BuildAsync(new MappedSchemaOptions
    {
        Files = [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "schema"), "*.graphql").Select(path => (Path.GetFileName(path), WithoutReadSide(File.ReadAllText(path))))],
        Postgres = engines.Postgres,
        ClickHouse = engines.ClickHouse,
        CatchUpClickHouse = engines.Flusher.FlushPendingAsync,
        Bind = (bindings, mapped) =>
        {
            TrackingResolvers.Bind(bindings, mapped, engines.Store, engines.Log);
            EntityResolvers.Bind(bindings, mapped, engines.Postgres, engines.Topics);
            LiveResolvers.Bind(bindings, mapped, engines.Postgres, engines.Topics);
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

    /// <summary>The SDL without the fields that the read side resolves, and without the types that only those lead to.</summary>
    private static string WithoutReadSide(string sdl) => Printer.Print(new DocumentNode(
    [
        .. Utf8Parser.Parse(sdl).Definitions.Where(definition => definition is not ObjectTypeDefinitionNode type || !ReadSideTypes.Contains(type.Name.Value))
            .Select(definition => definition is ObjectTypeDefinitionNode type ? Without(type) : definition),
    ]));

    private static ObjectTypeDefinitionNode Without(ObjectTypeDefinitionNode type) => new(
        type.Description, type.Name, type.Interfaces, type.Directives, [.. type.Fields.Where(field => !ReadSide.Contains($"{type.Name.Value}.{field.Name.Value}"))], type.IsExtension, type.Location);
}
