using System.CommandLine;
using System.Globalization;
using AnalyticsGraph.Server.Tests.Crash;

namespace AnalyticsGraph.Benchmarks.Crashing;

/// <summary>The suite's crash test for as many kills as one likes: nothing acknowledged is lost or doubled, and verify finds no difference after each.</summary>
internal static class CrashCommand
{
    // After these a new data folder is begun: with an import that is cut short, and the whole check at the end.
    private const int RoundsOfScene = 10;

    public static Command Make()
    {
        var kills = new Option<int>("--kills") { Description = "How many, while clients write; those of imports and of recoveries come on top.", DefaultValueFactory = _ => 100 };
        var seed = new Option<int?>("--seed") { Description = "Where all moments come from; one that is printed if left out." };
        var minutes = new Option<double?>("--minutes") { Description = "Begin no further round after this time." };
        var command = new Command("crash", "kill -9 of the server, PostgreSQL and ClickHouse at random moments of a load that writes every series. Exit code 1 if anything is lost, doubled or different.") { kills, seed, minutes };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(kills), parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000), parsed.GetValue(minutes), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int kills, int seed, double? minutes, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (minutes is { } limit)
        {
            end.CancelAfter(TimeSpan.FromMinutes(limit));
        }

        var figures = new CrashFigures();
        IReadOnlyList<string> faults = [];
        for (var left = kills; left > 0 && faults.Count == 0 && !end.IsCancellationRequested; left -= RoundsOfScene, seed += RoundsOfScene)
        {
            await using var scene = new CrashScene(seed, RoundsOfScene, Console.WriteLine);
            faults = await scene.RunAsync(Math.Min(left, RoundsOfScene), end.Token);
            figures.Add(scene.Figures);
        }

        Console.WriteLine($"{figures}");
        foreach (var fault in faults)
        {
            Console.WriteLine($"FAULT {fault}");
        }

        Console.WriteLine(faults.Count == 0
            ? "Nothing acknowledged was lost, nothing is there twice, and verify found no difference."
            : string.Create(CultureInfo.InvariantCulture, $"{faults.Count} faults."));
        return faults.Count == 0 ? 0 : 1;
    }
}
