using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// Rounds on one data folder. First an import is cut short; then in each round clients write every series, something is killed, all recovers, the clients get on, and every row is
/// accounted for; at last the server is stopped, the import repeated, and all looked at once more. All moments come from the seed.
/// </summary>
/// <param name="seed">Where all moments come from.</param>
/// <param name="bodies">In how many of the rounds a large body is sent, too.</param>
/// <param name="tell">Told what each round came to.</param>
internal sealed class CrashScene(int seed, int bodies, Action<string> tell) : IAsyncDisposable
{
    private const int Clients = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Random _random = new(seed);
    private readonly string _data = Path.Combine(Directory.CreateTempSubdirectory("ag-crash-").FullName, "data");
    private readonly int _port = ServerProcess.FreePort();
    private readonly List<string> _faults = [];
    private LoggingClient[] _clients = [];
    private LoadingClient? _loading;
    private ServerProcess? _server;

    /// <summary>What was measured.</summary>
    public CrashFigures Figures { get; } = new();

    /// <summary>Runs rounds until one has a fault, or the token ends them.</summary>
    /// <returns>All that went wrong; empty if nothing did.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(int rounds, CancellationToken end)
    {
        try
        {
            await CutImportShortAsync((Victim)(seed % 3));
            using var graph = new GraphCaller(_port);
            Figures.Recoveries.Add(await StartAsync());
            await CreateClientsAsync(graph);
            for (var i = 0; i < rounds && _faults.Count == 0 && !end.IsCancellationRequested; i++)
            {
                var victim = (Victim)((seed + i) % 3);
                var clock = Stopwatch.StartNew();
                await CutClientsShortAsync(victim, withBody: i < bodies);
                await CheckAsync(isImported: false);
                Figures.Rounds++;
                tell($"seed {seed}, round {i + 1}: {victim} killed, {_clients.Sum(client => client.Acknowledged)} calls acknowledged so far, {_faults.Count} faults, {clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
            }

            Figures.Take(_clients, _loading!);
            await StopAsync();
            await using var engines = await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = _data }, NullLoggerFactory.Instance, CancellationToken.None);
            await ImportAsync();
            await CheckAsync(isImported: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or TimeoutException or EngineException)
        {
            _faults.Add(fault.ToString());
        }

        return _faults;
    }

    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await EngineProcesses.KillLeftAsync(_data);
        try
        {
            Directory.Delete(Path.GetDirectoryName(_data)!, recursive: true);
        }
        catch (IOException)
        {
            // Children of a PostgreSQL that was just killed may write their last there: a folder left in /tmp must not hide why a round failed.
        }
    }

    private TimeSpan Moment(int milliseconds) => TimeSpan.FromMilliseconds(_random.Next(milliseconds));

    private async Task CutImportShortAsync(Victim victim)
    {
        await using var import = ServerProcess.Import(_data);
        if (victim == Victim.Server)
        {
            await Task.Delay(Moment(5000));
            Figures.KillsInImports[victim] += import.HasExited ? 0 : 1;
            import.Kill();
        }
        else
        {
            Figures.KillsInImports[victim] += await EngineProcesses.KillAsync(_data, victim, Moment(3000), import) ? 1 : 0;
        }

        var code = await import.ExitAsync(Patience);
        if (victim != Victim.Server)
        {
            CheckCutShort(code, import);
        }
    }

    /// <summary>With a dead engine an import fails, or not if it needed that one no more; either way it ends, and says why.</summary>
    private void CheckCutShort(int code, ServerProcess import)
    {
        if (code is not (0 or 1) || import.Said.Contains("\n   at ", StringComparison.Ordinal))
        {
            _faults.Add($"The import ended with {code} and said:\n{import.Said}");
        }
    }

    private async Task CreateClientsAsync(GraphCaller graph)
    {
        async Task<string> CreateAsync(string type, object input)
        {
            var (field, entity) = ($"create{type}", char.ToLowerInvariant(type[0]) + type[1..]);
            return (await graph.GetAsync($"mutation ($i: Create{type}Input!) {{ {field}(input: $i) {{ {entity} {{ id }} }} }}", new { i = input })).GetProperty(field).GetProperty(entity).GetProperty("id").GetString()!;
        }

        var experiment = await CreateAsync("Experiment", new { name = "crash" });
        var shared = await CreateAsync("Run", new { experimentId = experiment });
        _loading = new LoadingClient(graph, await CreateAsync("Run", new { experimentId = experiment }));
        _clients = new LoggingClient[Clients];
        for (var i = 0; i < Clients; i++)
        {
            var dataset = await CreateAsync("Dataset", new { name = $"d{i}" });
            _clients[i] = new LoggingClient(i + 1, _random.Next(), graph, shared, new Dictionary<string, string>
            {
                ["Run"] = await CreateAsync("Run", new { experimentId = experiment }),
                ["Job"] = await CreateAsync("Job", new { uid = $"j{i}" }),
                ["Dataset"] = dataset,
                ["PredictionSet"] = await CreateAsync("PredictionSet", new { datasetId = dataset, name = $"p{i}" }),
            });
        }
    }

    private async Task CutClientsShortAsync(Victim victim, bool withBody)
    {
        using var stop = new CancellationTokenSource();
        var logging = Task.WhenAll(_clients.Select(client => Task.Run(() => client.RunAsync(stop.Token))));
        var loading = Task.CompletedTask;
        try
        {
            await ProgressAsync(6, logging);
            if (withBody)
            {
                loading = Task.Run(() => _loading!.LoadAsync(stop.Token));
            }

            // Now and then an import runs beside the server, on the same engines.
            await using var import = _random.Next(4) == 0 ? ServerProcess.Import(_data) : null;
            await Task.Delay(Moment(import is null && !withBody ? 1500 : 4000));
            Figures.KillsInBodies += _loading!.IsSending ? 1 : 0;
            await KillAndRecoverAsync(victim, import);
            if (import is not null)
            {
                CheckCutShort(await import.ExitAsync(Patience), import);
            }

            var clock = Stopwatch.StartNew();
            await ProgressAsync(10, logging);
            Figures.Resumptions.Add(clock.Elapsed);
        }
        finally
        {
            await stop.CancelAsync();
        }

        await Task.WhenAll(logging, loading);
        _faults.AddRange(_clients.SelectMany(client => client.Faults).Concat(_loading!.Faults).Distinct());
    }

    private async Task KillAndRecoverAsync(Victim victim, ServerProcess? import)
    {
        if (victim != Victim.Server)
        {
            Figures.Kills[victim] += await EngineProcesses.KillAsync(_data, victim, TimeSpan.Zero, _server!) ? 1 : 0;
            return;
        }

        _server!.Kill();
        await _server.ExitAsync(Patience);
        Figures.Kills[victim]++;

        // Every other time the recovery dies too, before or after the engines are up.
        while (_random.Next(2) == 0)
        {
            await using var shortLived = ServerProcess.Serve(_data, _port);
            await Task.Delay(Moment(2500));
            shortLived.Kill();
            await shortLived.ExitAsync(Patience);
            Figures.KillsInRecovery++;
        }

        Figures.Recoveries.Add(await StartAsync(import));
    }

    /// <summary>Starts the server.</summary>
    /// <param name="import">An import that began beside the last one: if it looked for engines when those were gone, it has the folder for itself, and a server comes after it.</param>
    private async Task<TimeSpan> StartAsync(ServerProcess? import = null)
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _server = ServerProcess.Serve(_data, _port);
        try
        {
            return (await _server.ReadyAsync()).After;
        }
        catch (InvalidOperationException) when (import is not null && _server.Said.Contains($"in use by process {import.Id} ", StringComparison.Ordinal))
        {
            await import.ExitAsync(Patience);
            return await StartAsync();
        }
    }

    /// <summary>Waits until each client had some more batches acknowledged.</summary>
    private async Task ProgressAsync(int batches, Task logging)
    {
        var goals = _clients.Select(client => client.Acknowledged + batches).ToArray();
        var clock = Stopwatch.StartNew();
        while (_clients.Zip(goals).Any(pair => pair.First.Acknowledged < pair.Second))
        {
            if (logging.IsCompleted)
            {
                await logging;
            }

            if (clock.Elapsed > Patience)
            {
                throw new TimeoutException($"The clients made no progress for {Patience}: {string.Join(", ", _clients.Select(c => c.Acknowledged))} calls. The server said:\n{_server!.Said}");
            }

            await Task.Delay(5);
        }
    }

    /// <summary>Nobody writes now: verify must find nothing, and the stores must have what clients remember. On the engines that run.</summary>
    private async Task CheckAsync(bool isImported)
    {
        var (code, output, errors) = await ServerProcess.RunAsync("verify", "--data", _data);
        Figures.Verifications++;
        if (code != 0)
        {
            _faults.Add($"verify ended with {code} and said:\n{output}{errors}");
        }

        var engines = RunningEngines.Find(_data) ?? throw new InvalidOperationException($"No engines run in the folder. The server said:\n{_server!.Said}");
        await using var postgres = NpgsqlDataSource.Create(engines.PostgresConnectionString!);
        await using var clickHouse = new ClickHouseClient(ClickHouseOptions.Parse(engines.ClickHouseConnectionString!));
        _faults.AddRange(await new StoreComparison(postgres, clickHouse).FindFaultsAsync(_clients, _loading!, isImported));
    }

    private async Task StopAsync()
    {
        var clock = Stopwatch.StartNew();
        var signal = new[] { "TERM", "INT", "HUP" }[_random.Next(3)];
        if (_server!.Ignores(signal))
        {
            signal = "TERM";
        }

        await _server.SignalAsync(signal);
        var code = await _server.ExitAsync(Patience);
        Figures.Stops.Add(clock.Elapsed);
        if (code != 0 || clock.Elapsed > TimeSpan.FromSeconds(10) || EngineProcesses.Left(_data).Count > 0)
        {
            _faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"SIG{signal}: exit code {code} after {clock.Elapsed.TotalSeconds:0.0} s, {EngineProcesses.Left(_data).Count} engines left. The server said:\n{_server.Said}"));
        }

        if (_server.Said.Contains("Unhandled", StringComparison.Ordinal))
        {
            _faults.Add($"The server said:\n{_server.Said}");
        }
    }

    private async Task ImportAsync()
    {
        await using var import = ServerProcess.Import(_data);
        if (await import.ExitAsync(Patience) is not 0 and var code)
        {
            _faults.Add($"The repeated import ended with {code} and said:\n{import.Said}");
        }
    }
}
