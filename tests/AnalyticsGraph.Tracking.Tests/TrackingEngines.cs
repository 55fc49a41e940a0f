using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.TestEngines;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Maintenance;
using AnalyticsGraph.Tracking.Migrations;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests;

[CollectionDefinition("tracking")]
public sealed class TrackingCollection : ICollectionFixture<TrackingEngines>;

/// <summary>Both stores, migrated, and the write side over them. Each test makes experiments of its own.</summary>
public sealed class TrackingEngines : IAsyncLifetime
{
    private readonly EngineFixture _engines = new();

    public NpgsqlDataSource Postgres { get; private set; } = null!;

    public ClickHouseClient ClickHouse { get; private set; } = null!;

    public InProcessTopics Topics { get; } = new();

    public TrackingStore Store { get; private set; } = null!;

    public PointFlusher Flusher { get; private set; } = null!;

    public PointLog Log { get; private set; } = null!;

    public RowLog Rows { get; private set; } = null!;

    public EngineFixture Engines => _engines;

    public async Task InitializeAsync()
    {
        await _engines.InitializeAsync();
        Postgres = NpgsqlDataSource.Create(_engines.PostgresConnectionString);
        ClickHouse = new ClickHouseClient(ClickHouseOptions.Parse(_engines.ClickHouseConnectionString));
        await new MigrationRunner(Postgres, ClickHouse).RunAsync();
        Store = new TrackingStore(Postgres, Topics);
        Flusher = new PointFlusher(Postgres, ClickHouse, new PointLogOptions(), NullLogger<PointFlusher>.Instance);
        Log = new PointLog(Postgres, Flusher, Topics, new PointLogOptions(), NullLogger<PointLog>.Instance);
        Rows = new RowLog(Postgres, Flusher, Topics, new PointLogOptions());
    }

    public async Task DisposeAsync()
    {
        await Log.DisposeAsync();
        await Flusher.DisposeAsync();
        await ClickHouse.DisposeAsync();
        await Postgres.DisposeAsync();
        await _engines.DisposeAsync();
    }

    public async Task<long> CreateExperimentAsync()
    {
        var created = await Store.CreateExperimentAsync(new CreateExperimentRequest { Name = $"e-{Guid.NewGuid():n}" }, Caller.Anonymous);
        Assert.Empty(created.Errors);
        return created.Value;
    }

    public async Task<long> CreateRunAsync(long? experiment = null)
    {
        var created = await Store.CreateRunAsync(new CreateRunRequest { ExperimentId = experiment ?? await CreateExperimentAsync() }, Caller.Anonymous);
        Assert.Empty(created.Errors);
        return created.Value;
    }

    public Task<Outcome<LogBatchResult>> LogAsync(long run, params MetricInput[] metrics) =>
        Log.LogBatchAsync(new LogBatchRequest { RunId = run, Metrics = metrics }, Caller.Anonymous);

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Postgres.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Postgres.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>That both stores say the same, of all that they have.</summary>
    public async Task AssertVerifiedAsync() => Assert.Empty(await VerifyAsync());

    /// <summary>What <c>verify</c> finds in both stores.</summary>
    public async Task<List<StoreDifference>> VerifyAsync()
    {
        await using var copier = Copier();
        var found = new List<StoreDifference>();
        await foreach (var difference in new StoreVerifier(Postgres, ClickHouse, Flusher, copier).FindAsync())
            found.Add(difference);
        return found;
    }

    public DimensionCopier Copier() => new(Postgres, ClickHouse, TimeSpan.FromMinutes(1), NullLogger<DimensionCopier>.Instance);

    /// <summary>A job, a dataset, and a prediction set of it.</summary>
    public async Task<(long Job, long Dataset, long PredictionSet)> CreateOwnersAsync()
    {
        var name = Guid.NewGuid().ToString("n");
        var job = await ScalarAsync<long>("INSERT INTO job (source, uid) VALUES ('local', $1) RETURNING id", name);
        var dataset = await ScalarAsync<long>("INSERT INTO dataset (source, name) VALUES ('local', $1) RETURNING id", name);
        return (job, dataset, await ScalarAsync<long>("INSERT INTO prediction_set (source, dataset_id, name) VALUES ('local', $1, $2) RETURNING id", dataset, name));
    }

    public async Task<List<MetricPoint>> PointsInClickHouseAsync(long run)
    {
        var experiment = await ScalarAsync<long>("SELECT experiment_id FROM run WHERE id = $1", run);
        var points = new List<MetricPoint>();
        await foreach (var point in Flusher.Points.ReadRunsAsync(experiment, [run], CancellationToken.None))
            points.Add(point.Point);
        return points;
    }

    public async Task<long> CountPointsAsync(long[] runs)
    {
        await using var result = await ClickHouse.QueryAsync(
            new ClickHouseQuery("SELECT count() AS n FROM metric_point WHERE run_id IN {runs:Array(Int64)}").With("runs", "Array(Int64)", runs));
        return (long)(await result.ReadColumnAsync<ulong>("n"))[0];
    }

    internal async Task<Dictionary<SeriesKey, SeriesSummary>> SummariesAsync(long run)
    {
        await using var command = Postgres.CreateCommand($"SELECT {RunMetricRows.Columns} FROM run_metric WHERE run_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = run });
        await using var reader = await command.ExecuteReaderAsync();
        var summaries = new Dictionary<SeriesKey, SeriesSummary>();
        while (await reader.ReadAsync())
        {
            var (key, summary) = RunMetricRows.Read(reader);
            summaries.Add(key, summary);
        }

        return summaries;
    }
}
