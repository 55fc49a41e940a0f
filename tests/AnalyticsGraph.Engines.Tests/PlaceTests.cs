using System.Data.Common;
using AnalyticsGraph.Engines.Processes;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>Data folders in odd places.</summary>
public sealed class PlaceTests : EngineHarness
{
    [Fact]
    public async Task Sockets_Should_LieElsewhere_When_ThePathOfTheDataIsTooLong()
    {
        var options = Both with { DataDirectory = Path.Combine(Folder, new string('d', 90), new string('e', 40)) };
        string sockets;
        await using (var engines = await StartAsync(options))
        {
            sockets = (string)new DbConnectionStringBuilder { ConnectionString = engines.PostgresConnectionString }["Host"];
            Assert.False(sockets.StartsWith(Folder, StringComparison.Ordinal));
            Assert.Equal(FileOwnerOnly, File.GetUnixFileMode(sockets));
            Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
            await using var clickHouse = new ClickHouseServer(engines.ClickHouseConnectionString);
            Assert.Equal("1\n", await clickHouse.ExecuteAsync("SELECT 1"));
        }
        Assert.False(Directory.Exists(Path.GetDirectoryName(sockets)));
    }

    [Theory]
    [InlineData("with space;and = 'quotes\"")]
    [InlineData("with,comma")]
    [InlineData("mit-Ümläuten-и-日本")]
    public async Task Start_Should_Serve_When_ThePathHasOddCharacters(string name)
    {
        await using var engines = await StartAsync(PostgresOnly with { DataDirectory = Path.Combine(Folder, name) });
        Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task Start_Should_UseTheTarget_When_TheFolderIsALink()
    {
        var target = Directory.CreateDirectory(Path.Combine(Folder, "target"));
        Directory.CreateSymbolicLink(Data, target.FullName);
        await using var engines = await StartAsync(PostgresOnly);
        Assert.Equal(target.FullName, engines.DataDirectory);
        // The lock is the folder's, by whichever name.
        Assert.Equal(EngineErrorCodes.DataInUse, (await FailAsync(PostgresOnly with { DataDirectory = target.FullName })).Code);
    }

    [Fact]
    public void Log_Should_KeepAFewFiles_When_ItGrows()
    {
        var path = Path.Combine(Folder, "engine.log");
        using (var log = new RotatingLog(path, limit: 100))
            for (var i = 0; i < 100; i++) log.Write($"line {i} of many");
        Assert.Equal(["engine.log", "engine.log.1", "engine.log.2", "engine.log.3"], Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Order());
        Assert.EndsWith("line 99 of many\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(Folder), file => Assert.InRange(new FileInfo(file).Length, 1, 130));
    }

    private const UnixFileMode FileOwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
}
