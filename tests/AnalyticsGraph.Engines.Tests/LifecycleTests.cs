using System.Diagnostics;
using AnalyticsGraph.Engines.Processes;
using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Engines.Tests;

public sealed class LifecycleTests : EngineHarness
{
    [Fact]
    public async Task Start_Should_ServeBothEnginesAndKeepTheirData_When_StartedAgain()
    {
        await using (var first = await StartFreshAsync(Both))
        {
            Assert.Equal(EngineState.Running, first.StateOf(EngineKind.Postgres));
            Assert.Equal(EngineState.Running, first.StateOf(EngineKind.ClickHouse));
            await QueryAsync(first.PostgresConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
            await using var clickHouse = new ClickHouseServer(first.ClickHouseConnectionString);
            await clickHouse.ExecuteAsync("CREATE TABLE kept (n UInt8) ORDER BY n");
            await clickHouse.ExecuteAsync("INSERT INTO kept SELECT 42");
        }

        await using var second = await StartAsync(Both);
        Assert.Equal(42, await QueryAsync(second.PostgresConnectionString, "SELECT n FROM kept"));
        await using var again = new ClickHouseServer(second.ClickHouseConnectionString);
        Assert.Equal("42\n", await again.ExecuteAsync("SELECT n FROM kept"));
    }

    [Fact]
    public async Task Find_Should_TellHowToReachTheEngines_When_TheirServerRuns()
    {
        Assert.Null(RunningEngines.Find(Data));
        await using (var engines = await StartAsync(PostgresOnly))
        {
            var running = RunningEngines.Find(Data);
            Assert.Equal(new RunningEngines(engines.PostgresConnectionString, null), running);
            Assert.Equal(1, await QueryAsync(running!.PostgresConnectionString!, "SELECT 1"));
        }

        Assert.Null(RunningEngines.Find(Data));
    }

    [Fact]
    public async Task Find_Should_FindNothing_When_TheServerWasKilled()
    {
        await InitializedData.CopyToAsync(Data);
        await using var owner = await OwnerProcess.StartAsync(Path.Combine(Folder, "programs"), Data);
        Assert.Equal(owner.PostgresConnectionString, RunningEngines.Find(Data)?.PostgresConnectionString);
        await owner.KillAsync();
        Assert.True(File.Exists(Path.Combine(Data, "connections.json")));
        Assert.Null(RunningEngines.Find(Data));
        await using var engines = await StartAsync(PostgresOnly);
        Assert.Equal(engines.PostgresConnectionString, RunningEngines.Find(Data)?.PostgresConnectionString);
    }

    [Fact]
    public async Task Start_Should_NameTheOtherProcess_When_FolderIsInUse()
    {
        await using var engines = await StartAsync(PostgresOnly);
        await using var owner = await OwnerProcess.StartAsync(Path.Combine(Folder, "programs"), Data);
        Assert.StartsWith(EngineErrorCodes.DataInUse, owner.Said, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId} (", owner.Said, StringComparison.Ordinal);
        Assert.Contains("--data", owner.Said, StringComparison.Ordinal);

        var inside = await FailAsync(PostgresOnly);
        Assert.Equal(EngineErrorCodes.DataInUse, inside.Code);
        Assert.Contains("this process itself", inside.Message, StringComparison.Ordinal);
        Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task Engines_Should_HaveSessionsOfTheirOwn_When_ATerminalInterruptsTheServersGroup()
    {
        // Ctrl-C goes to the whole group of the terminal; the server alone must hear it, and stop its engines in order.
        await using var engines = await StartAsync(Both);
        foreach (var engine in Enum.GetValues<EngineKind>())
        {
            var process = engines.ProcessIdOf(engine)!.Value;
            var fields = (await File.ReadAllTextAsync($"/proc/{process}/stat")).Split(") ")[1].Split(' ');
            Assert.Equal($"{process}", fields[2]);
            Assert.Equal($"{process}", fields[3]);
        }
    }

    [Fact]
    public async Task Dispose_Should_LeaveNoProcess_When_SessionsAreStillOpen()
    {
        int[] processes;
        await using (var engines = await StartAsync(Both))
        {
            processes = [engines.ProcessIdOf(EngineKind.Postgres)!.Value, engines.ProcessIdOf(EngineKind.ClickHouse)!.Value];
            var open = new NpgsqlConnection(engines.PostgresConnectionString);
            await open.OpenAsync();
        }
        Assert.All(processes, process => Assert.Empty(ProcessTable.CommandLine(process)));
        Assert.Empty(PostmastersOfData());
        Assert.False(File.Exists(Path.Combine(Data, "postgres/postmaster.pid")));
    }

    [Fact]
    public async Task Start_Should_ReadCustomSettingsLast_When_ThereAreSome()
    {
        var options = PostgresOnly with { PostgresSettings = new Dictionary<string, string> { ["work_mem"] = "9MB", ["max_connections"] = "17" } };
        await using (await StartFreshAsync(options)) await File.WriteAllTextAsync(Path.Combine(Data, "postgres/custom.conf"), "max_connections = 19\n");
        await using var engines = await StartAsync(options);
        Assert.Equal("9MB 19 on", await QueryAsync(engines.PostgresConnectionString, "SELECT current_setting('work_mem') || ' ' || current_setting('max_connections') || ' ' || current_setting('fsync')"));
    }

    [Fact]
    public async Task Postgres_Should_OfferTheExtensionsOfTheServer_When_Started()
    {
        await using var engines = await StartAsync(PostgresOnly);
        await QueryAsync(engines.PostgresConnectionString, "CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin");
        Assert.Equal(3L, await QueryAsync(engines.PostgresConnectionString, "SELECT count(*) FROM pg_extension WHERE extname IN ('pg_stat_statements', 'pg_trgm', 'btree_gin')"));
        Assert.True((long)(await QueryAsync(engines.PostgresConnectionString, "SELECT count(*) FROM pg_stat_statements"))! > 0);
    }
}
