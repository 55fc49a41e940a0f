using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// One round: an import and then four clients are cut short by the same death; the server recovers, is stopped, the import is repeated, and every point is accounted for.
/// All moments come from the seed.
/// </summary>
internal sealed class CrashRound(int seed, Victim victim) : IAsyncDisposable
{
    private const int Clients = 4;
    private const int BatchesAfterwards = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(seed);
    private readonly string _data = Path.Combine(Directory.CreateTempSubdirectory("ag-crash-").FullName, "data");
    private readonly int _port = ServerProcess.FreePort();
    private ServerProcess? _server;

    /// <summary>What was measured.</summary>
    public CrashFigures Figures { get; private set; } = new() { Victim = victim };

    /// <returns>All that went wrong; empty if nothing did.</returns>
    public async Task<List<string>> RunAsync()
    {
        var faults = new List<string>();
        await CutImportShortAsync(faults);
        var (ledger, epochs) = await CutClientsShortAsync(faults);
        if (_random.Next(2) == 0)
        {
            await ImportAsync(faults);
            await StopAsync(faults);
        }
        else
        {
            await StopAsync(faults);
            await ImportAsync(faults);
        }

        var (code, output, errors) = await ServerProcess.RunAsync("verify", "--data", _data);
        if (code != 0)
        {
            faults.Add($"verify ended with {code} and said:\n{output}{errors}");
        }

        faults.AddRange(await StoreComparison.FindFaultsAsync(_data, ledger, epochs));
        return faults;
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

    private async Task CutImportShortAsync(List<string> faults)
    {
        await using var import = ServerProcess.Import(_data);
        if (victim == Victim.Server)
        {
            await Task.Delay(Moment(5000));
            Figures.KillsInImports += import.HasExited ? 0 : 1;
            import.Kill();
        }
        else
        {
            Figures.KillsInImports += await EngineProcesses.KillAsync(_data, victim, Moment(3000), import) ? 1 : 0;
        }

        var code = await import.ExitAsync(Patience);
        if (victim != Victim.Server)
        {
            CheckCutShort(code, import, faults);
        }
    }

    /// <summary>With a dead engine an import fails, or not if it needed that one no more; either way it ends, and says why.</summary>
    private static void CheckCutShort(int code, ServerProcess import, List<string> faults)
    {
        if (code is not (0 or 1) || import.Said.Contains("\n   at ", StringComparison.Ordinal))
        {
            faults.Add($"The import ended with {code} and said:\n{import.Said}");
        }
    }

    private async Task<(List<LoggedBatch> Batches, List<LoggedEpoch> Epochs)> CutClientsShortAsync(List<string> faults)
    {
        Figures.Recoveries.Add(await StartAsync());
        using var graph = new GraphCaller(_port);
        var experiment = (await graph.GetAsync("mutation { createExperiment(input: { name: \"crash\", clientToken: \"e\" }) { experiment { id } } }"))
            .GetProperty("createExperiment").GetProperty("experiment").GetProperty("id").GetString()!;
        var runs = new List<string>();
        for (var i = 0; i <= Clients; i++)
        {
            runs.Add((await graph.GetAsync("mutation ($e: ID!, $n: String!) { createRun(input: { experimentId: $e, name: $n }) { run { id } } }", new { e = experiment, n = $"r{i}" }))
                .GetProperty("createRun").GetProperty("run").GetProperty("id").GetString()!);
        }

        var jobs = new List<string>();
        for (var i = 0; i < Clients; i++)
        {
            jobs.Add((await graph.GetAsync("mutation ($u: String!) { createJob(input: { uid: $u }) { job { id } } }", new { u = $"j{i}" })).GetProperty("createJob").GetProperty("job").GetProperty("id").GetString()!);
        }

        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(i => new LoggingClient(i + 1, _random.Next(), graph, runs[i], runs[Clients], jobs[i])).ToArray();
        var logging = Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(stop.Token))));
        try
        {
            await ProgressAsync(clients, 3, logging);

            // Every other time an import runs beside the server, on the same engines.
            await using var import = _random.Next(2) == 0 ? ServerProcess.Import(_data) : null;
            await Task.Delay(Moment(import is null ? 1500 : 4000));
            await KillAndRecoverAsync();
            if (import is not null)
            {
                CheckCutShort(await import.ExitAsync(Patience), import, faults);
            }

            var clock = Stopwatch.StartNew();
            await ProgressAsync(clients, BatchesAfterwards, logging);
            Figures.Resumptions.Add(clock.Elapsed);
        }
        finally
        {
            await stop.CancelAsync();
        }

        await logging;
        var ledger = clients.SelectMany(client => client.Ledger).ToList();
        faults.AddRange(clients.SelectMany(client => client.Faults).Distinct());
        Figures.Take(clients, ledger);
        return (ledger, [.. clients.SelectMany(client => client.Epochs)]);
    }

    private async Task KillAndRecoverAsync()
    {
        if (victim != Victim.Server)
        {
            Figures.KillsInLogging += await EngineProcesses.KillAsync(_data, victim, TimeSpan.Zero, _server!) ? 1 : 0;
            return;
        }

        _server!.Kill();
        await _server.ExitAsync(Patience);
        Figures.KillsInLogging++;

        // Every other time the recovery dies too, before or after the engines are up.
        while (_random.Next(2) == 0)
        {
            await using var shortLived = ServerProcess.Serve(_data, _port);
            await Task.Delay(Moment(2500));
            shortLived.Kill();
            await shortLived.ExitAsync(Patience);
            Figures.KillsInRecovery++;
        }

        Figures.Recoveries.Add(await StartAsync());
    }

    private async Task<TimeSpan> StartAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _server = ServerProcess.Serve(_data, _port);
        return (await _server.ReadyAsync()).After;
    }

    /// <summary>Waits until each client had some more batches acknowledged.</summary>
    private async Task ProgressAsync(LoggingClient[] clients, int batches, Task logging)
    {
        var goals = clients.Select(client => client.Acknowledged + batches).ToArray();
        var clock = Stopwatch.StartNew();
        while (clients.Zip(goals).Any(pair => pair.First.Acknowledged < pair.Second))
        {
            if (logging.IsCompleted)
            {
                await logging;
            }

            if (clock.Elapsed > Patience)
            {
                throw new TimeoutException($"The clients made no progress for {Patience}: {string.Join(", ", clients.Select(c => c.Acknowledged))} batches. The server said:\n{_server!.Said}");
            }

            await Task.Delay(5);
        }
    }

    private async Task StopAsync(List<string> faults)
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
            faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"SIG{signal}: exit code {code} after {clock.Elapsed.TotalSeconds:0.0} s, {EngineProcesses.Left(_data).Count} engines left. The server said:\n{_server.Said}"));
        }

        if (_server.Said.Contains("Unhandled", StringComparison.Ordinal))
        {
            faults.Add($"The server said:\n{_server.Said}");
        }
    }

    private async Task ImportAsync(List<string> faults)
    {
        await using var import = ServerProcess.Import(_data);
        if (await import.ExitAsync(Patience) is not 0 and var code)
        {
            faults.Add($"The repeated import ended with {code} and said:\n{import.Said}");
        }
    }
}
