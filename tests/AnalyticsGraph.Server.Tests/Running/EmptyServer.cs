using System.Text.Json;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Running;

[CollectionDefinition("empty")]
public sealed class EmptyCollection : ICollectionFixture<EmptyServer>;

/// <summary>A server over empty stores, for tests that write. Each makes experiments of its own.</summary>
public sealed class EmptyServer : IAsyncLifetime
{
    private readonly EngineFixture _engines = new();
    private InProcessServer? _server;

    internal InProcessServer Server => _server ?? throw new InvalidOperationException("The fixture is not initialized.");

    internal string Postgres => _engines.PostgresConnectionString;

    internal string ClickHouse => _engines.ClickHouseConnectionString;

    public async Task InitializeAsync()
    {
        await _engines.InitializeAsync();
        _server = await InProcessServer.StartAsync(Postgres, ClickHouse);
    }

    public async Task DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _engines.DisposeAsync();
    }

    /// <summary>An experiment's global id.</summary>
    internal async Task<string> CreateExperimentAsync() => (await Server.RunAsync(
        "mutation ($name: String!) { createExperiment(input: {name: $name}) { experiment { id } errors { __typename } } }", new { name = $"e-{Guid.NewGuid():n}" }))
        .At("createExperiment.experiment.id").GetString()!;

    /// <summary>A run's global id.</summary>
    internal async Task<string> CreateRunAsync(string? experiment = null) => (await Server.RunAsync(
        "mutation ($e: ID!) { createRun(input: {experimentId: $e}) { run { id } errors { __typename } } }", new { e = experiment ?? await CreateExperimentAsync() }))
        .At("createRun.run.id").GetString()!;

    /// <summary>Logs points of one key; there must be no errors.</summary>
    internal async Task<JsonElement> LogAsync(string run, string key, params object[] values)
    {
        var metrics = values.Select((value, step) => new { key, value, step });
        var data = await Server.RunAsync("mutation ($input: LogBatchInput!) { logBatch(input: $input) { newPoints errors { __typename } } }", new { input = new { runId = run, metrics } });
        Assert.Empty(data.At("logBatch.errors").EnumerateArray());
        return data;
    }

    /// <summary>Global ids of a job, a dataset, and a prediction set of it.</summary>
    /// <param name="stage">Whether they are in use: ACTIVE or DELETED.</param>
    internal async Task<(string Job, string Dataset, string PredictionSet)> CreateOwnersAsync(string stage = "ACTIVE")
    {
        await using var source = NpgsqlDataSource.Create(Postgres);
        await using var command = source.CreateCommand(
            """
            WITH j AS (INSERT INTO job (source, uid, lifecycle_stage) VALUES ('local', $1, $2) RETURNING id), d AS (INSERT INTO dataset (source, name, lifecycle_stage) VALUES ('local', $1, $2) RETURNING id),
                p AS (INSERT INTO prediction_set (source, dataset_id, name, lifecycle_stage) SELECT 'local', id, $1, $2 FROM d RETURNING id)
            SELECT j.id, d.id, p.id FROM j, d, p
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Guid.NewGuid().ToString("n") });
        command.Parameters.Add(new NpgsqlParameter { Value = stage });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (GlobalId.Of("Job", reader.GetInt64(0)), GlobalId.Of("Dataset", reader.GetInt64(1)), GlobalId.Of("PredictionSet", reader.GetInt64(2)));
    }

    /// <summary>Does what no mutation can yet.</summary>
    internal async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Postgres);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A row's key within a global id.</summary>
    internal static long KeyOf(string globalId) => long.Parse(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(globalId)).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
}
