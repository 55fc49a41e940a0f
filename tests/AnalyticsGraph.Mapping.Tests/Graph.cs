using System.Text;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>A mapped schema with an executor, as a server would run it.</summary>
public sealed class Graph
{
    private readonly MappedSchema _schema;
    private readonly GraphQLExecutor _executor;

    private Graph(MappedSchema schema) => (_schema, _executor) = (schema, new GraphQLExecutor(schema.Schema, new GraphQLExecutorOptions { OnUnexpectedError = error => Unexpected.Add(error) }));

    public List<UnexpectedError> Unexpected { get; } = [];

    public MappedSchema Schema => _schema;

    public static async Task<Graph> BuildAsync(
        NpgsqlDataSource source,
        string sdl = Library.Sdl,
        ClickHouseClient? clickHouse = null,
        IPolicyProvider? policies = null,
        MappingLimits? limits = null,
        Action<SchemaBindings, MappedResolvers>? bind = null,
        Func<CancellationToken, Task>? catchUp = null) => new(await MappedSchema.BuildAsync(new MappedSchemaOptions
        {
            Files = [("library.graphql", sdl)],
            Postgres = source,
            ClickHouse = clickHouse,
            CatchUpClickHouse = catchUp,
            Policies = policies ?? AllowAllPolicy.Instance,
            Limits = limits ?? new MappingLimits(),
            Bind = bind ?? BindLabel,
        }));

    /// <summary>The one field of the library that C# resolves.</summary>
    public static void BindLabel(SchemaBindings bindings, MappedResolvers resolvers) => bindings.Bind("Author", "label", FieldResolver.FromBatch((batch, _) =>
    {
        var rows = MappedRows.From(batch);
        var labels = new string?[rows.Count];
        for (var row = 0; row < labels.Length; row++)
        {
            labels[row] = $"by {rows.Text("name", row)}";
        }

        return new ValueTask<Column>(new StringColumn(labels, mayHaveNulls: false));
    }));

    /// <summary>Runs a query whose response may come in parts.</summary>
    /// <returns>The parts, each with the round trips to PostgreSQL until then.</returns>
    public async Task<List<(JsonElement Part, int RoundTrips)>> RunInPartsAsync(string query)
    {
        var counters = new SessionCounters();
        using var result = await _executor.ExecuteAsync(new GraphQLRequest
        {
            Query = Encoding.UTF8.GetBytes(query),
            AllowParts = true,
            Configure = request => _schema.Configure(request, counters),
        });
        List<(JsonElement Part, int RoundTrips)> parts = [(JsonDocument.Parse(result.Body.ToArray()).RootElement, counters.PostgresRoundTrips)];
        await using var incremental = Assert.IsType<IncrementalResult>(result);
        while (await incremental.NextAsync() is { } next)
        {
            using (next)
            {
                parts.Add((JsonDocument.Parse(next.Body.ToArray()).RootElement, counters.PostgresRoundTrips));
            }
        }

        return parts;
    }

    /// <summary>Runs a query.</summary>
    public async Task<Answer> RunAsync(string query, object? variables = null, CancellationToken cancellationToken = default)
    {
        var counters = new SessionCounters { RecordsStatements = true };
        using var result = await _executor.ExecuteAsync(
            new GraphQLRequest
            {
                Query = Encoding.UTF8.GetBytes(query),
                Variables = variables is null ? null : JsonSerializer.SerializeToElement(variables),
                Configure = request => _schema.Configure(request, counters),
            },
            cancellationToken);
        return new Answer(JsonDocument.Parse(result.Body.ToArray()).RootElement, counters);
    }
}

/// <summary>A response and what it cost.</summary>
public sealed record Answer(JsonElement Json, SessionCounters Counters)
{
    /// <summary>The data, after making sure that there are no errors.</summary>
    public JsonElement Data
    {
        get
        {
            Assert.False(Json.TryGetProperty("errors", out var errors), errors.ValueKind == JsonValueKind.Undefined ? "" : errors.ToString());
            return Json.GetProperty("data");
        }
    }

    public JsonElement Error => Json.TryGetProperty("errors", out var errors) ? errors[0] : throw new InvalidOperationException($"No error in {Json}");

    public string Code => Error.GetProperty("extensions").GetProperty("code").GetString()!;

    public string Message => Error.GetProperty("message").GetString()!;

    /// <summary>A value by a path of names and indices: <c>books.nodes.0.title</c>.</summary>
    public JsonElement At(string path) => path.Split('.').Aggregate(Data, (value, part) => int.TryParse(part, out var index) ? value[index] : value.GetProperty(part));

    /// <summary>One property of each item of a list.</summary>
    public List<string> Texts(string list, string property) => [.. At(list).EnumerateArray().Select(item => item.GetProperty(property).ToString())];
}
