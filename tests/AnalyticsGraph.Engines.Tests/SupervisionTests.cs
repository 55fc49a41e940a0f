using AnalyticsGraph.Engines.Processes;

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
        var killed = engines.ProcessIdOf(EngineKind.Postgres)!.Value;

        await ReachAsync(engines, EngineKind.Postgres, EngineState.Running, () => Task.FromResult(LibC.Kill(killed, LibC.SigKill)));

        Assert.Equal(42, await QueryAsync(engines.PostgresConnectionString, "SELECT n FROM kept"));
        Assert.NotEqual(killed, Assert.Single(PostmastersOfData()));
        lock (changes) Assert.Equal(new[] { EngineState.Restarting, EngineState.Running }, changes.Select(change => change.State));
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
        await using (var before = new ClickHouseProbe(engines.ClickHouseConnectionString))
        {
            await before.ExecuteAsync("CREATE TABLE kept (n UInt8) ORDER BY n SETTINGS fsync_after_insert = 1");
            await before.ExecuteAsync("INSERT INTO kept SELECT 42");
        }

        await ReachAsync(engines, EngineKind.ClickHouse, EngineState.Running, () => Task.FromResult(LibC.Kill(engines.ProcessIdOf(EngineKind.ClickHouse)!.Value, LibC.SigKill)));

        await using var after = new ClickHouseProbe(engines.ClickHouseConnectionString);
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
        var engines = await StartAsync(PostgresOnly);
        var facts = LibC.Facts(Path.Combine(Data, "postgres"))!.Value;
        var name = $"ag-{facts.Device:x}-{facts.Inode:x}";
        var killed = engines.ProcessIdOf(EngineKind.Postgres)!.Value;
        await ReachAsync(engines, EngineKind.Postgres, EngineState.Restarting, () => Task.FromResult(LibC.Kill(killed, LibC.SigKill)));
        while (!PostmastersOfData().Any(process => process != killed)) await Task.Delay(1);

        await engines.DisposeAsync();

        Assert.Empty(ProcessTable.Find(command => command.Any(word => word.Contains(name, StringComparison.Ordinal))));
    }
}
