using System.Diagnostics.Metrics;
using System.Globalization;
using AnalyticsGraph.Engines.Processes;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Engines.Tests;

public sealed class SupervisionTests : EngineHarness
{
    [Fact]
    public async Task Postgres_Should_ServeAgainWithAllCommitted_When_ItsPostmasterIsKilled()
    {
        await using var engines = await StartAsync(PostgresOnly);
        await QueryAsync(engines.PostgresConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
        var changes = new List<EngineStateChange>();
        engines.StateChanged += change => { lock (changes) changes.Add(change); };
        var restarts = 0L;
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Name == "analyticsgraph.engine.restarts") listener.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<long>((_, value, tags, _) => Interlocked.Add(ref restarts, tags[0].Value is "postgresql" ? value : 0));
        meters.Start();
        var killed = engines.ProcessIdOf(EngineKind.Postgres)!.Value;

        await ReachAsync(engines, EngineKind.Postgres, EngineState.Running, () => Task.FromResult(LibC.Kill(killed, LibC.SigKill)));

        Assert.Equal(42, await QueryAsync(engines.PostgresConnectionString, "SELECT n FROM kept"));
        Assert.NotEqual(killed, Assert.Single(PostmastersOfData()));
        lock (changes) Assert.Equal(new[] { EngineState.Restarting, EngineState.Running }, changes.Select(change => change.State));
        Assert.True(Interlocked.Read(ref restarts) >= 1);
        lock (changes) Assert.Contains("signal 9", changes[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Postgres_Should_ServeAgain_When_KilledTwiceWithABusySession()
    {
        await using var engines = await StartAsync(PostgresOnly);
        for (var round = 0; round < 2; round++)
        {
            // A session that computes notices its postmaster's death late; the next postmaster must not start beside it.
            var busy = Assert.ThrowsAnyAsync<Exception>(() => QueryAsync(engines.PostgresConnectionString, "SELECT count(*) FROM generate_series(1, 200000000)"));
            await ReachAsync(engines, EngineKind.Postgres, EngineState.Running, () => Task.FromResult(LibC.Kill(engines.ProcessIdOf(EngineKind.Postgres)!.Value, LibC.SigKill)));
            await busy;
        }
        Assert.Single(PostmastersOfData());
        Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task ClickHouse_Should_ServeAgainOnTheSameSocket_When_ItIsKilled()
    {
        await using var engines = await StartAsync(ClickHouseOnly);
        await using (var before = new ClickHouseServer(engines.ClickHouseConnectionString))
        {
            await before.ExecuteAsync("CREATE TABLE kept (n UInt8) ORDER BY n SETTINGS fsync_after_insert = 1");
            await before.ExecuteAsync("INSERT INTO kept SELECT 42");
        }

        await ReachAsync(engines, EngineKind.ClickHouse, EngineState.Running, () => Task.FromResult(LibC.Kill(engines.ProcessIdOf(EngineKind.ClickHouse)!.Value, LibC.SigKill)));

        await using var after = new ClickHouseServer(engines.ClickHouseConnectionString);
        Assert.Equal("42\n", await after.ExecuteAsync("SELECT n FROM kept"));
    }

    [Fact]
    public async Task Dispose_Should_NotWaitForARestart_When_TheEngineCannotComeUp()
    {
        var engines = await StartAsync(PostgresOnly);
        await File.WriteAllTextAsync(Path.Combine(Data, "postgres/custom.conf"), "shared_buffers = nonsense\n");
        await ReachAsync(engines, EngineKind.Postgres, EngineState.Restarting, () => Task.FromResult(LibC.Kill(engines.ProcessIdOf(EngineKind.Postgres)!.Value, LibC.SigKill)));
        await engines.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(PostmastersOfData());
    }

    [Fact]
    public async Task Dispose_Should_LeaveNoProcess_When_PostgresRecovers()
    {
        const int Stop = 19, Continue = 18;
        var engines = await StartAsync(PostgresOnly);
        var facts = LibC.Facts(Path.Combine(Data, "postgres"))!.Value;
        var name = $"ag-{facts.Device:x}-{facts.Inode:x}";
        // Something to recover, so that the process that does it is met at work.
        await QueryAsync(engines.PostgresConnectionString, "CREATE TABLE large AS SELECT n, repeat('x', 100) AS filler FROM generate_series(1, 300000) n");
        await ReachAsync(engines, EngineKind.Postgres, EngineState.Restarting, () => Task.FromResult(LibC.Kill(engines.ProcessIdOf(EngineKind.Postgres)!.Value, LibC.SigKill)));
        var recovery = 0;
        await UntilAsync(() => (recovery = ProcessTable.Find(command => command.Any(word => word.StartsWith($"postgres: {name}: startup", StringComparison.Ordinal))).FirstOrDefault()) != 0);
        LibC.Kill(recovery, Stop);
        await UntilAsync(() => Status(recovery, "State").StartsWith('T'));

        // Held, it neither ends its work nor notices by itself that its parent is gone; it goes on once it was told to end.
        var disposing = engines.DisposeAsync().AsTask();
        await UntilAsync(() => disposing.IsCompleted || IsPending(recovery, LibC.SigQuit));
        if (!disposing.IsCompleted) LibC.Kill(recovery, Continue);
        await disposing;

        var left = ProcessTable.Find(command => command.Any(word => word.Contains(name, StringComparison.Ordinal)));
        foreach (var process in left) LibC.Kill(process, LibC.SigKill);
        Assert.Empty(left);
    }

    [Fact]
    public async Task Dispose_Should_LeaveNoProcess_When_TheDataFolderIsGone()
    {
        var engines = await StartAsync(Both);
        int[] processes = [engines.ProcessIdOf(EngineKind.Postgres)!.Value, engines.ProcessIdOf(EngineKind.ClickHouse)!.Value];
        Directory.Move(Data, Path.Combine(Folder, "moved"));
        await engines.DisposeAsync();
        Assert.All(processes, process => Assert.Empty(ProcessTable.CommandLine(process)));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds()) await Task.Delay(1, limit.Token);
    }

    private static bool IsPending(int process, int signal) =>
        (ulong.Parse(Status(process, "ShdPnd"), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1ul << (signal - 1))) != 0;

    private static string Status(int process, string field) =>
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith($"{field}:", StringComparison.Ordinal))[(field.Length + 1)..].Trim();
}
