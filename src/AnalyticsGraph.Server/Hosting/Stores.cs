using System.Collections.Concurrent;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.Tracking.Migrations;
using Npgsql;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>Both stores, migrated: those of the connection strings, or else embedded engines that end with this object.</summary>
internal sealed class Stores : IAsyncDisposable
{
    // For "are you there". A store that takes longer serves nobody.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);
    private const int MostAttempts = 5;

    private readonly EmbeddedEngines? _engines;
    private readonly TimeSpan _returnLimit;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<EngineKind, string> _told = new();

    private Stores(EmbeddedEngines? engines, ServerOptions options, bool isTimed, ILoggerFactory loggers)
    {
        _engines = engines;
        _returnLimit = options.ReturnLimit;
        _logger = loggers.CreateLogger<Stores>();
        Postgres = StoreConnections.OpenPostgres(options.Postgres ?? engines!.PostgresConnectionString, isTimed, loggers);
        ClickHouse = StoreConnections.OpenClickHouse(options.ClickHouse ?? engines!.ClickHouseConnectionString, loggers);
    }

    /// <summary>The source of truth.</summary>
    public NpgsqlDataSource Postgres { get; }

    /// <summary>The store of series.</summary>
    public ClickHouseClient ClickHouse { get; }

    /// <summary>As the start of a server does, but beside one that runs on the data folder, whose engines are used; and statements take the time they need in PostgreSQL.</summary>
    /// <param name="options">Where the stores are.</param>
    /// <param name="loggers">For all that runs in them.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static Task<Stores> OpenOrJoinAsync(ServerOptions options, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var running = RunningEngines.Find(options.DataDirectory);
        return OpenAsync(
            options with { Postgres = options.Postgres ?? running?.PostgresConnectionString, ClickHouse = options.ClickHouse ?? running?.ClickHouseConnectionString },
            isTimed: false,
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
    /// <exception cref="SettingException">A connection string is none.</exception>
    /// <exception cref="MigrationException">A store has another schema than this build knows.</exception>
    public static Task<Stores> OpenAsync(ServerOptions options, ILoggerFactory loggers, Action<string> progress, CancellationToken cancellation) =>
        OpenAsync(options, isTimed: true, loggers, progress, cancellation);

    private static async Task<Stores> OpenAsync(ServerOptions options, bool isTimed, ILoggerFactory loggers, Action<string> progress, CancellationToken cancellation)
    {
        StoreConnections.Check(options);
        EmbeddedEngines? engines = null;
        if (options.Postgres is null || options.ClickHouse is null)
        {
            progress("The embedded engines are starting.");
            engines = await EmbeddedEngines.StartAsync(
                new EngineOptions { DataDirectory = options.DataDirectory, StartPostgres = options.Postgres is null, StartClickHouse = options.ClickHouse is null },
                loggers,
                cancellation);
        }

        var stores = new Stores(engines, options, isTimed, loggers);
        try
        {
            await stores.RunAsync("The stores are being migrated.", new MigrationRunner(stores.Postgres, stores.ClickHouse).RunAsync, progress, cancellation);
            return stores;
        }
        catch
        {
            await stores.DisposeAsync();
            throw;
        }
    }

    /// <summary>Which stores do not answer at the moment and why, a sentence each; empty while both do.</summary>
    /// <param name="cancellation">Ends the asking.</param>
    public async Task<IReadOnlyList<string>> FindAwayAsync(CancellationToken cancellation)
    {
        var reasons = await Task.WhenAll(
            FindAwayAsync(EngineKind.Postgres, "PostgreSQL", AskPostgresAsync, cancellation),
            FindAwayAsync(EngineKind.ClickHouse, "ClickHouse", ClickHouse.PingAsync, cancellation));
        return [.. reasons.OfType<string>()];
    }

    /// <summary>
    /// Runs a step of the start. Where an embedded engine ends by itself meanwhile, it is waited for, and the step begins again: a step must be one that can be repeated. A store
    /// of a connection string is not waited for: whoever runs it also starts this server again.
    /// </summary>
    /// <param name="what">What is being done, in a sentence.</param>
    /// <param name="step">Does it.</param>
    /// <param name="progress">Told what is being waited for.</param>
    /// <param name="cancellation">Ends the step.</param>
    /// <exception cref="EngineException">The engine did not come back in time.</exception>
    public async Task RunAsync(string what, Func<CancellationToken, Task> step, Action<string> progress, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            progress(what);
            try
            {
                await step(cancellation);
                return;
            }
            catch (Exception fault) when (_engines is not null && attempt < MostAttempts && StoreConnections.IsLost(fault))
            {
                _logger.LogWarning("{Step} An engine was lost meanwhile ({Reason}); this begins again when it is back.", what, fault.Message);
                progress($"{what} An engine was lost meanwhile and is waited for: {StoreConnections.Reason(fault)}.");
                await ReturnAsync(what, fault, cancellation);
            }
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

    private async Task ReturnAsync(string what, Exception fault, CancellationToken cancellation)
    {
        var end = Environment.TickCount64 + (long)_returnLimit.TotalMilliseconds;
        while (await FindAwayAsync(cancellation) is { Count: > 0 } away)
        {
            if (Environment.TickCount64 > end)
            {
                throw new EngineException(
                    EngineErrorCodes.StartTimeout,
                    $"{what} An engine was lost meanwhile and did not come back within {_returnLimit.TotalSeconds:0} s: {string.Join(' ', away)}",
                    $"Its log is in {Path.Combine(_engines!.DataDirectory, "logs")}; mend what it says and start again.",
                    fault);
            }

            await Task.Delay(AskAgain, cancellation);
        }
    }

    private async Task<string?> FindAwayAsync(EngineKind engine, string name, Func<CancellationToken, Task> ask, CancellationToken cancellation)
    {
        if (_engines?.StateOf(engine) == EngineState.Restarting)
        {
            return $"The embedded {name} ended by itself and is being started again.";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerLimit);
        try
        {
            // Not every way to open a connection ends when it is told to.
            await ask(limit.Token).WaitAsync(limit.Token);
            _told.TryRemove(engine, out string? _);
            return null;
        }
        catch (Exception fault) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(fault.Message, fault, cancellation);
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            return $"{name} does not answer within {AnswerLimit.TotalSeconds:0} s.";
        }
        catch (Exception fault) when (fault is NpgsqlException or ClickHouseException or TimeoutException)
        {
            // Probes come every few seconds: what they find is logged when it changes.
            if (!_told.TryGetValue(engine, out var told) || told != fault.Message)
            {
                _told[engine] = fault.Message;
                _logger.LogWarning("{Store} does not answer: {Reason}", name, fault.Message.ReplaceLineEndings(" "));
            }

            return $"{StoreConnections.Reason(fault) ?? $"{name} does not answer"}.";
        }
    }

    private async Task AskPostgresAsync(CancellationToken cancellation)
    {
        await using var command = Postgres.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellation);
    }
}
