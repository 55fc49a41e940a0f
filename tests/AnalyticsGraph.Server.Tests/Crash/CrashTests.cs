using System.Globalization;
using Xunit.Abstractions;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// kill -9 of the server, PostgreSQL or ClickHouse, at random moments of imports and of logging: nothing acknowledged is lost, nothing is there twice. Three rounds here;
/// more with <c>ANALYTICSGRAPH_CRASH_ROUNDS=20 dotnet test tests/AnalyticsGraph.Server.Tests --filter Crash</c>, a certain seed with <c>ANALYTICSGRAPH_CRASH_SEED</c>.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private static int Rounds => Setting("ANALYTICSGRAPH_CRASH_ROUNDS") ?? 3;

    [Fact]
    public async Task EveryPoint_Should_BeThereOnceInBothStores_When_AnythingIsKilled()
    {
        var first = Setting("ANALYTICSGRAPH_CRASH_SEED") ?? Random.Shared.Next(1_000_000);
        var figures = new List<CrashFigures>();
        for (var i = 0; i < Rounds; i++)
        {
            var (seed, victim) = (first + i, (Victim)((first + i) % 3));
            await using var round = new CrashRound(seed, victim);
            List<string> faults;
            try
            {
                faults = await round.RunAsync();
            }
            catch (Exception fault) when (fault is InvalidOperationException or TimeoutException or Engines.EngineException)
            {
                faults = [fault.ToString()];
            }

            Assert.True(faults.Count == 0, $"Seed {seed} (ANALYTICSGRAPH_CRASH_SEED={seed}, {victim}):\n{string.Join('\n', faults)}");
            figures.Add(round.Figures);
            output.WriteLine($"seed {seed}: {CrashFigures.Sum([round.Figures])}");
        }

        output.WriteLine(CrashFigures.Sum(figures));
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
