using Xunit.Abstractions;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// kill -9 of the server, PostgreSQL and ClickHouse at random moments of a load that writes every series: nothing acknowledged is lost, nothing is there twice, and verify finds no
/// difference after each kill. A few rounds here; as many as one likes with <c>dotnet run -c Release --project tests/AnalyticsGraph.Benchmarks -- crash --kills 100</c>.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Rounds = 5;
    private const int Bodies = 2;

    [Fact]
    public async Task EveryRow_Should_BeThereOnceInBothStores_When_AnythingIsKilled()
    {
        var seed = Random.Shared.Next(1_000_000);
        await using var scene = new CrashScene(seed, Bodies, output.WriteLine);
        var faults = await scene.RunAsync(Rounds, CancellationToken.None);

        Assert.True(faults.Count == 0, $"Seed {seed} (again with `crash --kills {Rounds} --seed {seed}`):\n{string.Join('\n', faults)}");
        Assert.Equal(Rounds, scene.Figures.Kills.Values.Sum());
        output.WriteLine($"{scene.Figures}");
    }
}
