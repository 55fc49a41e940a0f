// One PostgreSQL and one LocalClickHouse for all test processes of a run; real ones, a database of its own for each fixture.
//
// A test project refers to this project and says, once:
//
//     [CollectionDefinition("engines")]
//     public sealed class EnginesCollection : ICollectionFixture<EngineFixture>;
//
//     [Collection("engines")]
//     public sealed class MyTests(EngineFixture engines)
//     {
//         [Fact]
//         public async Task Insert_Should_...() { await using var source = NpgsqlDataSource.Create(engines.PostgresConnectionString); ... }
//     }
//
// As a class fixture (IClassFixture<EngineFixture>) each class gets databases of its own, and classes run in parallel.
// PostgresConnectionString and ClickHouseConnectionString: empty databases of this fixture, dropped at its end. More of them:
// CreateDatabaseAsync(), CreateClickHouseDatabaseAsync(). Migrations run once for all processes: CreateDatabaseAsync(key, prepare).
// The first process starts a host that owns the engines; it ends 10 s after the last test process. Its log: EngineFixture.HostFolder.
// These engines do not fsync. Tests that kill or reconfigure an engine start their own with EmbeddedEngines.StartAsync.
using System.Collections.Concurrent;
using Npgsql;
using Xunit;

namespace AnalyticsGraph.TestEngines;

/// <summary>Fresh databases on the shared engines.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly ConcurrentBag<Func<Task>> _drops = [];
    private SharedEngines? _engines;

    /// <summary>An empty PostgreSQL database of this fixture, for Npgsql.</summary>
    public string PostgresConnectionString { get; private set; } = "";

    /// <summary>An empty ClickHouse database of this fixture: <c>Host=localhost;Socket=...;Database=...</c>.</summary>
    public string ClickHouseConnectionString { get; private set; } = "";

    /// <summary>The folder of the shared host: <c>host.log</c>, <c>data/logs</c>.</summary>
    public string HostFolder => Engines.Folder;

    private SharedEngines Engines => _engines ?? throw new InvalidOperationException("The fixture is not initialized.");

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        _engines = await SharedEngines.JoinAsync();
        PostgresConnectionString = await CreateDatabaseAsync();
        ClickHouseConnectionString = await CreateClickHouseDatabaseAsync();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        foreach (var drop in _drops) await drop();
    }

    /// <summary>Another empty PostgreSQL database, dropped with the fixture.</summary>
    public Task<string> CreateDatabaseAsync() => CreateAsync("template0");

    /// <summary>A copy of a database that is prepared once for all test processes; dropped with the fixture.</summary>
    /// <param name="key">What the prepared content depends on, such as a hash of the migrations.</param>
    /// <param name="prepare">Fills an empty database, given its connection string. It must leave no connection open (pools are cleared).</param>
    public async Task<string> CreateDatabaseAsync(string key, Func<string, Task> prepare)
    {
        ArgumentNullException.ThrowIfNull(prepare);
        return await CreateAsync(await DatabaseTemplate.EnsureAsync(Engines.Postgres, key, prepare));
    }

    /// <summary>Another empty ClickHouse database, dropped with the fixture.</summary>
    public async Task<string> CreateClickHouseDatabaseAsync()
    {
        var name = NewName();
        await using var server = new ClickHouseServer(Engines.ClickHouse);
        await server.ExecuteAsync($"CREATE DATABASE {name}");
        _drops.Add(async () =>
        {
            await using var closing = new ClickHouseServer(Engines.ClickHouse);
            await closing.ExecuteAsync($"DROP DATABASE IF EXISTS {name} SYNC");
        });
        return server.ConnectionStringFor(name);
    }

    private async Task<string> CreateAsync(string template)
    {
        var name = NewName();
        await PostgresServer.ExecuteAsync(Engines.Postgres, $"CREATE DATABASE {name} TEMPLATE {template}");
        var connectionString = PostgresServer.ConnectionStringFor(Engines.Postgres, name);
        _drops.Add(async () =>
        {
            await using (var pooled = new NpgsqlConnection(connectionString)) NpgsqlConnection.ClearPool(pooled);
            await PostgresServer.ExecuteAsync(Engines.Postgres, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        });
        return connectionString;
    }

    private static string NewName() => $"t_{Guid.NewGuid():n}";
}
