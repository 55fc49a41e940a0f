using System.CommandLine;
using System.Globalization;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>Mixed load for minutes, with clients that behave badly: memory stays flat, nothing is answered 5xx, every pooled connection comes back.</summary>
internal static class SoakCommand
{
    private const double MostGrowth = 0.1;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(30);

    public static Command Make()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 600 };
        var data = new Option<string?>("--data") { Description = "Where the embedded engines keep the sample data; a folder for this run alone if left out.", HelpName = "DIR" };
        var command = new Command("soak", "Mixed load with cancelled requests, dropped sockets and slow readers.") { seconds, data };
        command.SetAction(parsed => RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(data)));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan duration, string? named)
    {
        var folder = named ?? Directory.CreateTempSubdirectory("analyticsgraph-soak-").FullName;
        try
        {
            await using var server = await ChildProcess.StartAsync(Console.WriteLine, "stores", folder);
            using var load = new SoakLoad(server.Address);
            using var end = new CancellationTokenSource(duration);
            var work = load.RunAsync(end.Token);
            var samples = new List<SoakSample>();
            while (!work.IsCompleted)
            {
                samples.Add(SoakSample.Parse(await server.GetAsync(HeldConnections.Path)));
                await Task.WhenAny(work, Task.Delay(Interval, CancellationToken.None));
            }

            await work;
            return Report(load, samples, await QuietAsync(server));
        }
        finally
        {
            if (named is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>What is held when nobody asks any more: queries that were abandoned end in their time.</summary>
    private static async Task<SoakSample> QuietAsync(ChildProcess server)
    {
        using var limit = new CancellationTokenSource(QuietLimit);
        while (true)
        {
            var sample = SoakSample.Parse(await server.GetAsync(HeldConnections.Path));
            if (sample is { Postgres: 0, ClickHouse: 0 } || limit.IsCancellationRequested)
            {
                return sample;
            }

            await Task.WhenAny(Task.Delay(Interval, limit.Token));
        }
    }

    private static int Report(SoakLoad load, List<SoakSample> samples, SoakSample quiet)
    {
        // Between the first fifth, in which code is compiled and pools fill, and the end.
        var early = Median(samples[(samples.Count / 5)..(samples.Count * 2 / 5)]);
        var late = Median(samples[(samples.Count * 4 / 5)..]);
        var growth = (late / (double)early) - 1;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{load}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resident {early >> 20} MiB in the second fifth, {late >> 20} MiB in the last: {growth:+0.0 %;-0.0 %}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"most in use at once: PostgreSQL {samples.Max(s => s.Postgres)}, ClickHouse {samples.Max(s => s.ClickHouse)}; afterwards PostgreSQL {quiet.Postgres}, ClickHouse {quiet.ClickHouse} ({quiet.Pools} pools tell)"));
        return growth <= MostGrowth && load.ServerErrors == 0 && quiet is { Pools: > 0, Postgres: 0, ClickHouse: 0 } ? 0 : 1;
    }

    private static long Median(List<SoakSample> samples) => samples.Select(sample => sample.Resident).Order().ElementAt(samples.Count / 2);
}
