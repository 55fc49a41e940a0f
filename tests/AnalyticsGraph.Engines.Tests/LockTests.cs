using AnalyticsGraph.Engines.Data;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>Alone, because a process that is being started holds copies of all locks of this one for a moment.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

[Collection("alone")]
public sealed class LockTests : EngineHarness
{
    [Fact]
    public async Task Lock_Should_BeHad_When_OthersLookForTheEnginesAllTheTime()
    {
        // A killed server's word.
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "connections.json"), "{}");
        using var stop = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) Assert.Null(RunningEngines.Find(Data));
        });
        for (var i = 0; i < 5000; i++) FolderLock.Acquire(Data).Dispose();
        await stop.CancelAsync();
        await looking;
    }
}
