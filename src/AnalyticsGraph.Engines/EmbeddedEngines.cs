using System.Runtime.ExceptionServices;
using AnalyticsGraph.Engines.ClickHouse;
using AnalyticsGraph.Engines.Data;
using AnalyticsGraph.Engines.Packages;
using AnalyticsGraph.Engines.Postgres;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Engines;

/// <summary>
/// The embedded default: PostgreSQL and LocalClickHouse as supervised child processes on private Unix sockets, their data in one
/// locked folder. An engine that ends by itself is started again, on the same socket; disposing stops both in order. After a kill -9
/// of this process the next start stops what was left running and takes the data over.
/// </summary>
public sealed class EmbeddedEngines : IAsyncDisposable
{
    private readonly DataFolder _data;
    private readonly SocketFolder _sockets;
    private readonly Supervisor? _postgres;
    private readonly Supervisor? _clickHouse;
    private RunningEnginesFile? _word;
    private bool _disposed;

    private EmbeddedEngines(EngineOptions options, DataFolder data, SocketFolder sockets, EnginePackages packages, PostgresCluster? cluster, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<EmbeddedEngines>();
        _data = data;
        _sockets = sockets;
        if (cluster is not null)
            _postgres = new Supervisor(new PostgresEngine(cluster, sockets.Postgres, Path.Combine(data.Logs, "postgres.log"), options, logger), logger, OnChanged);
        if (options.StartClickHouse)
            _clickHouse = new Supervisor(new ClickHouseEngine(packages, data.ClickHouse, sockets.ClickHouse, Path.Combine(data.Logs, "clickhouse.log"), options, logger), logger, OnChanged);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>An engine went into another state. Raised on a thread of the pool; a handler must not throw, nor wait for the engines.</summary>
    public event Action<EngineStateChange>? StateChanged;

    /// <summary>The data folder, absolute.</summary>
    public string DataDirectory => _data.Root;

    /// <summary>For Npgsql. The same over restarts of the engine.</summary>
    /// <exception cref="InvalidOperationException">The options left PostgreSQL out.</exception>
    public string PostgresConnectionString => ConnectionString(_postgres, EngineKind.Postgres);

    /// <summary>For the ClickHouse client: <c>Host=localhost;Socket=...;Database=default</c>. The same over restarts of the engine.</summary>
    /// <exception cref="InvalidOperationException">The options left ClickHouse out.</exception>
    public string ClickHouseConnectionString => ConnectionString(_clickHouse, EngineKind.ClickHouse);

    /// <summary>
    /// The folder whose <c>node_modules</c> the build restored (engines and query editor): the one that the variable
    /// <c>ANALYTICSGRAPH_ENGINES</c> names, else <c>engines</c> beside the program or in a folder above it; null where there is none.
    /// </summary>
    public static string? FindPackages() => EnginePackages.FindFolder();

    /// <summary>Starts what the options ask for, both engines at once, and waits until they accept connections.</summary>
    /// <param name="options">What to start and where.</param>
    /// <param name="loggers">Where starts, ends and restarts are told. The engines' own output goes to <c>logs/</c> of the data folder.</param>
    /// <param name="cancellation">Ends the start; what was started is stopped.</param>
    /// <exception cref="EngineException">With a stable code; nothing is left running.</exception>
    public static async Task<EmbeddedEngines> StartAsync(EngineOptions options, ILoggerFactory loggers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        Platform.Require();
        var packages = EnginePackages.Find(options);
        var data = DataFolder.Open(options);
        SocketFolder? sockets = null;
        EmbeddedEngines? engines = null;
        try
        {
            var cluster = options.StartPostgres ? await ClusterAsync(options, packages, data, cancellation).ConfigureAwait(false) : null;
            sockets = SocketFolder.Create(data, cluster?.Account, cluster?.CanEnter ?? true);
            engines = new EmbeddedEngines(options, data, sockets, packages, cluster, loggers);
            await engines.StartAllAsync(cancellation).ConfigureAwait(false);
            engines._word = RunningEnginesFile.Write(data.Root, new RunningEngines(
                options.StartPostgres ? engines.PostgresConnectionString : null,
                options.StartClickHouse ? engines.ClickHouseConnectionString : null));
            return engines;
        }
        catch (Exception fault)
        {
            if (engines is not null)
            {
                await engines.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                sockets?.Dispose();
                data.Dispose();
            }
            if (fault is IOException or UnauthorizedAccessException) throw DataFolder.Unusable(data.Root, fault);
            throw;
        }
    }

    /// <summary>The state of an engine now; <see cref="EngineState.Stopped"/> where the options left it out.</summary>
    public EngineState StateOf(EngineKind engine) => Of(engine)?.State ?? EngineState.Stopped;

    /// <summary>The number of an engine's process, or null while there is none.</summary>
    public int? ProcessIdOf(EngineKind engine) => Of(engine)?.ProcessId;

    /// <summary>Stops both engines in order (PostgreSQL: smart, fast, immediate), then gives the data folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        _word?.Dispose();
        await Task.WhenAll(Started().Select(engine => engine.DisposeAsync().AsTask())).ConfigureAwait(false);
        _sockets.Dispose();
        _data.Dispose();
    }

    private static async Task<PostgresCluster> ClusterAsync(EngineOptions options, EnginePackages packages, DataFolder data, CancellationToken cancellation)
    {
        var account = PostgresAccount.Resolve(options.PostgresUser, data.Postgres);
        var binaries = await ReachableBinaries.FindAsync(packages.Postgres, account, cancellation).ConfigureAwait(false);
        var canEnter = await account.CanEnterAsync(data.Root, cancellation).ConfigureAwait(false);
        return new PostgresCluster(binaries, data.Postgres, account, canEnter);
    }

    private async Task StartAllAsync(CancellationToken cancellation)
    {
        // One that fails ends the start of the other; its error is the one to tell.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var starts = Task.WhenAll(Started().Select(async engine =>
        {
            try
            {
                await engine.StartAsync(either.Token).ConfigureAwait(false);
            }
            catch
            {
                await either.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }));
        await starts.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starts.Exception?.InnerExceptions is [var failure, ..]) ExceptionDispatchInfo.Throw(failure);
        await starts.ConfigureAwait(false);
    }

    private IEnumerable<Supervisor> Started()
    {
        if (_postgres is not null) yield return _postgres;
        if (_clickHouse is not null) yield return _clickHouse;
    }

    private Supervisor? Of(EngineKind engine) => engine == EngineKind.Postgres ? _postgres : _clickHouse;

    private void OnChanged(EngineStateChange change) => StateChanged?.Invoke(change);

    private void OnProcessExit(object? sender, EventArgs e)
    {
        foreach (var engine in Started()) engine.SignalAtExit();
    }

    private static string ConnectionString(Supervisor? engine, EngineKind kind) =>
        engine?.Engine.ConnectionString ?? throw new InvalidOperationException($"{kind} was left out by the engine options.");
}
