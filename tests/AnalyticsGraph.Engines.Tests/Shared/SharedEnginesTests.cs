using AnalyticsGraph.Engines.Processes;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Engines.Tests.Shared;

/// <summary>The host that test processes share, in a folder of its own.</summary>
public sealed class SharedEnginesTests : EngineHarness
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Host_Should_BeSharedReplacedAndEnd_When_JoinedKilledAndLeft()
    {
        var folder = new HostFolder(Path.Combine(Folder, "host"));
        Directory.CreateDirectory(folder.Path);
        var both = await Task.WhenAll(SharedEngines.JoinAsync(folder, Grace), SharedEngines.JoinAsync(folder, Grace));
        Assert.Equal(both[0].HostProcess, both[1].HostProcess);
        both[0].Dispose();
        Assert.Equal(1, await QueryAsync(both[1].Postgres, "SELECT 1"));

        LibC.Kill(both[1].HostProcess, LibC.SigKill);
        await UnlockedAsync(folder);
        both[1].Dispose();
        var next = await SharedEngines.JoinAsync(folder, Grace);
        Assert.NotEqual(both[1].HostProcess, next.HostProcess);
        Assert.Equal(1, await QueryAsync(next.Postgres, "SELECT 1"));

        next.Dispose();
        await GoneAsync(next.HostProcess);
        Assert.False(Directory.Exists(folder.Data));
        Assert.Empty(ProcessTable.Find(command => command.Any(word => word.StartsWith(Folder, StringComparison.Ordinal))));
    }

    // A killed process loses its command line before the kernel closes its files: only the lock tells that it is over.
    private static async Task UnlockedAsync(HostFolder folder)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (folder.HostLives())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private static async Task GoneAsync(int process) =>
        Assert.True(await ProcessTable.WaitForNoneAsync(_ => ProcessTable.CommandLine(process).Length > 0, TimeSpan.FromSeconds(30), default), $"process {process} lives");
}
