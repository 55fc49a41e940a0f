using System.CommandLine;
using System.Globalization;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>Mixed load for minutes, with clients that behave badly: memory stays flat, nothing is answered 5xx, every pooled connection comes back, and every point that was acknowledged is there once.</summary>
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
            var samples = new List<SoakSample>();

            // In the first fifth code is compiled and pools fill. What is kept then is what may be kept at the end.
            await LoadAsync(server, load, duration / 5, samples);
            var early = await QuietAsync(server);
            await LoadAsync(server, load, duration * 4 / 5, samples);
            var late = await QuietAsync(server);
            await load.CheckAsync();
            return Report(load, samples, early, late);
        }
        finally
        {
            if (named is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task LoadAsync(ChildProcess server, SoakLoad load, TimeSpan duration, List<SoakSample> samples)
    {
        using var end = new CancellationTokenSource(duration);
        var work = load.RunAsync(end.Token);
        while (!work.IsCompleted)
        {
            samples.Add(SoakSample.Parse(await server.GetAsync(HeldResources.Path)));
            await Task.WhenAny(work, Task.Delay(Interval, CancellationToken.None));
        }

        await work;
    }

    /// <summary>What is held when nobody asks any more: queries that were abandoned end in their time, and garbage is collected.</summary>
    private static async Task<SoakSample> QuietAsync(ChildProcess server)
    {
        using var limit = new CancellationTokenSource(QuietLimit);
        while (SoakSample.Parse(await server.GetAsync(HeldResources.Path)) is not { Postgres: 0, ClickHouse: 0, Subscriptions: 0 } && !limit.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(Interval, limit.Token));
        }

        return SoakSample.Parse(await server.GetAsync(HeldResources.CollectedPath));
    }

    private static int Report(SoakLoad load, List<SoakSample> samples, SoakSample early, SoakSample late)
    {
        var growth = (late.Resident / (double)early.Resident) - 1;
        Tell($"{load.Counts}");
        Tell($"kept after a fifth of the time: {early.Resident >> 20} MiB resident, {early.Heap >> 20} MiB of it the heap; at the end: {late.Resident >> 20} MiB, {late.Heap >> 20} MiB: {growth:+0.0 %;-0.0 %}");
        Tell($"under load: {samples.Max(sample => sample.Resident) >> 20} MiB resident at most");
        Tell($"most in use at once: PostgreSQL {samples.Max(s => s.Postgres)}, ClickHouse {samples.Max(s => s.ClickHouse)}; afterwards PostgreSQL {late.Postgres}, ClickHouse {late.ClickHouse} ({late.Pools} pools tell)");
        Tell($"subscriptions held afterwards: {late.Subscriptions}");
        foreach (var fault in load.Counts.Faults)
        {
            Tell($"FAULT {fault}");
        }

        return growth <= MostGrowth && !load.Counts.Faults.Any() && late is { Pools: > 0, Postgres: 0, ClickHouse: 0, Subscriptions: 0 } ? 0 : 1;
    }

    private static void Tell(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
