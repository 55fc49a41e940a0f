using System.Globalization;
using AnalyticsGraph.Engines.Processes;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Engines.Tests;

public sealed class TakeOverTests : EngineHarness
{
    private string Programs => Path.Combine(Folder, "programs");

    [Fact]
    public async Task Start_Should_TakeTheDataOver_When_TheOwnerWasKilled()
    {
        await InitializedData.CopyToAsync(Data);
        await using var owner = await OwnerProcess.StartAsync(Programs, Data, clickHouse: true);
        await QueryAsync(owner.PostgresConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
        var orphan = Assert.Single(PostmastersOfData());
        await owner.KillAsync();
        Assert.Equal(orphan, Assert.Single(PostmastersOfData()));

        await using var engines = await StartAsync(Both);

        Assert.NotEqual(orphan, Assert.Single(PostmastersOfData()));
        Assert.Equal(42, await QueryAsync(engines.PostgresConnectionString, "SELECT n FROM kept"));
        await using var clickHouse = new ClickHouseServer(engines.ClickHouseConnectionString);
        Assert.Equal("1\n", await clickHouse.ExecuteAsync("SELECT 1"));
    }

    [Fact]
    public async Task Start_Should_TakeTheDataOver_When_OwnerAndPostmasterWereKilled()
    {
        await InitializedData.CopyToAsync(Data);
        await using var owner = await OwnerProcess.StartAsync(Programs, Data);
        await QueryAsync(owner.PostgresConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
        await owner.KillAsync();
        LibC.Kill(Assert.Single(PostmastersOfData()), LibC.SigKill);

        await using var engines = await StartAsync(PostgresOnly);
        Assert.Equal(42, await QueryAsync(engines.PostgresConnectionString, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task Postgres_Should_Stop_When_ItsOwnerExitsWithoutDisposing()
    {
        await InitializedData.CopyToAsync(Data);
        await using var owner = await OwnerProcess.StartAsync(Programs, Data);
        await owner.ExitAsync();
        Assert.True(await ProcessTable.WaitForNoneAsync(command => command.Contains(Path.Combine(Data, "postgres")), TimeSpan.FromSeconds(20), default));
    }

    [Fact]
    public async Task Start_Should_LeaveAnInnocentProcessAlone_When_TheStalePidFileNamesIt()
    {
        await using (await StartAsync(PostgresOnly)) File.Copy(Path.Combine(Data, "postgres/postmaster.pid"), Path.Combine(Folder, "pid"));
        // As after a crash of the machine: the file is there, its number is another process's by now.
        using var innocent = System.Diagnostics.Process.Start("sleep", "60");
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder, "pid"));
        lines[0] = innocent.Id.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(Path.Combine(Data, "postgres/postmaster.pid"), lines);

        await using var engines = await StartAsync(PostgresOnly);

        Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
        Assert.False(innocent.HasExited);
        innocent.Kill();
    }
}
