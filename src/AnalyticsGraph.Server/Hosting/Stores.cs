using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.Tracking.Migrations;
using Npgsql;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>Both stores, migrated: those of the connection strings, or else embedded engines that end with this object.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private readonly EmbeddedEngines? _engines;

    private Stores(EmbeddedEngines? engines, NpgsqlDataSource postgres, ClickHouseClient clickHouse) =>
        (_engines, Postgres, ClickHouse) = (engines, postgres, clickHouse);

    /// <summary>The source of truth.</summary>
    public NpgsqlDataSource Postgres { get; }

    /// <summary>The store of series.</summary>
    public ClickHouseClient ClickHouse { get; }

    /// <summary>Which embedded engine is away at the moment, in a sentence; null if none is.</summary>
    public string? FindMissing() => _engines is null ? null : Enum.GetValues<EngineKind>()
        .Where(engine => _engines.StateOf(engine) == EngineState.Restarting)
        .Select(engine => $"The embedded {engine} ended by itself and is being started again.")
        .FirstOrDefault();

    /// <summary>As <see cref="OpenAsync"/>, but beside a server that runs on the data folder: its engines are used.</summary>
    /// <param name="options">Where the stores are.</param>
    /// <param name="loggers">For all that runs in them.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static Task<Stores> OpenOrJoinAsync(ServerOptions options, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var running = RunningEngines.Find(options.DataDirectory);
        return OpenAsync(
            options with { Postgres = options.Postgres ?? running?.PostgresConnectionString, ClickHouse = options.ClickHouse ?? running?.ClickHouseConnectionString },
            loggers,
            _ => { },
            cancellation);
    }

    /// <summary>Starts what is embedded, connects to both and migrates them.</summary>
    /// <param name="options">Where they are.</param>
    /// <param name="loggers">For all that runs in them.</param>
    /// <param name="progress">Told what is being waited for.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="EngineException">An engine cannot run here; the message says what to do.</exception>
    /// <exception cref="MigrationException">A store has another schema than this build knows.</exception>
    public static async Task<Stores> OpenAsync(ServerOptions options, ILoggerFactory loggers, Action<string> progress, CancellationToken cancellation)
    {
        EmbeddedEngines? engines = null;
        if (options.Postgres is null || options.ClickHouse is null)
        {
            progress("The embedded engines are starting.");
            engines = await EmbeddedEngines.StartAsync(
                new EngineOptions { DataDirectory = options.DataDirectory, StartPostgres = options.Postgres is null, StartClickHouse = options.ClickHouse is null },
                loggers,
                cancellation);
        }

        var stores = new Stores(
            engines,
            OpenPostgres(options.Postgres ?? engines!.PostgresConnectionString, loggers),
            new ClickHouseClient(ClickHouseOptions.Parse(options.ClickHouse ?? engines!.ClickHouseConnectionString), loggers.CreateLogger<ClickHouseClient>()));
        try
        {
            progress("The stores are being migrated.");
            await new MigrationRunner(stores.Postgres, stores.ClickHouse).RunAsync(cancellation);
            return stores;
        }
        catch
        {
            await stores.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await ClickHouse.DisposeAsync();
        await Postgres.DisposeAsync();
        if (_engines is not null)
        {
            await _engines.DisposeAsync();
        }
    }

    // Statements come from plans, so there are few of them: prepared by their second use, they skip PostgreSQL's parser and, mostly, its planner.
    private static NpgsqlDataSource OpenPostgres(string connectionString, ILoggerFactory loggers)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 200;
            settings.AutoPrepareMinUsages = 2;
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(loggers).Build();
    }
}
