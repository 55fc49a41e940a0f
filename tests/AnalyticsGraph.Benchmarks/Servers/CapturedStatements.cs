using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Server.Hosting;
using Npgsql;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>The statements that the mapping sends for a document, with their values: as Npgsql sees them.</summary>
/// <param name="Commands">Texts and parameters, in order.</param>
internal sealed record CapturedStatements(IReadOnlyList<(string Sql, NpgsqlParameter[] Parameters)> Commands)
{
    /// <summary>Runs the document once and listens.</summary>
    public static async Task<CapturedStatements> OfAsync(string query, Stores stores, TrackingServices tracking)
    {
        var sent = new ConcurrentQueue<(string, NpgsqlParameter[])>();
        var listening = false;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        var builder = new NpgsqlDataSourceBuilder(stores.Postgres.ConnectionString);
        builder.ConfigureTracing(tracing => tracing.ConfigureBatchEnrichmentCallback((_, batch) =>
        {
            foreach (var command in listening ? batch.BatchCommands : Enumerable.Empty<NpgsqlBatchCommand>())
            {
                sent.Enqueue((command.CommandText, [.. command.Parameters.Select(parameter => parameter.Clone())]));
            }
        }));
        await using var source = builder.Build();
        var mapped = await MappedSchema.BuildAsync(new MappedSchemaOptions
        {
            Files = GraphComposition.SchemaFiles(),
            Postgres = source,
            ClickHouse = stores.ClickHouse,
            Bind = (bindings, resolvers) => GraphComposition.Bind(bindings, resolvers, stores, tracking, new ServerLimits()),
        });
        listening = true;
        using var result = await new GraphQLExecutor(mapped.Schema).ExecuteAsync(
            new GraphQLRequest { Query = Encoding.UTF8.GetBytes(query), Configure = request => mapped.Configure(request) });
        return result.Errors.Length == 0 ? new CapturedStatements([.. sent]) : throw new InvalidOperationException(result.Errors[0].Message);
    }

    /// <summary>For readers.</summary>
    public override string ToString() => string.Join("\n\n", Commands.Select(command => $"{command.Sql}\n-- {string.Join(", ", command.Parameters.Select(parameter => $"{parameter.NpgsqlDbType} {parameter.Value}"))}"));
}
