using System.CommandLine;
using AnalyticsGraph.Benchmarks.Comparing;
using AnalyticsGraph.Benchmarks.Crashing;
using AnalyticsGraph.Benchmarks.Ingesting;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Mixed;
using AnalyticsGraph.Benchmarks.Parts;
using AnalyticsGraph.Benchmarks.Scaling;
using AnalyticsGraph.Benchmarks.Servers;
using AnalyticsGraph.Benchmarks.Soaking;
using Spectre.Console;

namespace AnalyticsGraph.Benchmarks;

/// <summary>All comparisons in one run.</summary>
internal static class BenchmarkCommand
{
    private const int TableWidth = 180;
    private static readonly string[] Parts = ["memory", "live", "postgres", "series", "stream"];

    /// <summary>Measures and prints.</summary>
    /// <param name="args">The process's arguments.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var quick = new Option<bool>("--quick") { Description = "Few and short rounds: whether all works, not how fast it is." };
        var data = new Option<string?>("--data") { Description = "Where the embedded engines keep the sample data, kept for the next time; a folder for this run alone if left out.", HelpName = "DIR" };
        var only = new Option<string[]>("--only") { Description = "Only some parts: memory, live, postgres, series, stream.", DefaultValueFactory = _ => Parts, HelpName = "PART" };
        only.AcceptOnlyFromAmong(Parts);
        var root = new RootCommand("What GraphQL costs: the same answers through the whole stack and by hand.") { quick, data, only };
        root.Add(PartsCommand.Make());
        root.Add(IngestCommand.Make());
        root.Add(SoakCommand.Make());
        root.Add(MixedCommand.Make());
        root.Add(CrashCommand.Make());
        root.Add(PostGraphileCommand.Make());
        root.Add(ScaleCommand.Make());
        root.SetAction(async (parsed, cancellation) =>
        {
            var findings = await MeasureAsync(parsed.GetValue(quick), parsed.GetValue(data), parsed.GetValue(only)!);
            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, TableWidth);
            AnsiConsole.Write(ToTable(findings));
            AnsiConsole.WriteLine($"{Environment.ProcessorCount} processors; load average {(await File.ReadAllTextAsync("/proc/loadavg", cancellation)).Split(' ')[0]}");
        });
        // The default handler is silent about what was cancelled, such as by a time limit.
        return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static async Task<List<Finding>> MeasureAsync(bool quick, string? data, string[] parts)
    {
        var (rounds, scale) = quick ? (3, 10) : (7, 1);
        var findings = new List<Finding>();
        if (parts.Contains("memory"))
        {
            await using var memory = await ChildProcess.StartAsync(Tell, "memory");
            var benchmark = new ProcessorTimeBenchmark(memory, rounds);
            findings.Add(await benchmark.RunAsync("{ __typename }", "{ __typename }", "/bare/typename", 20_000 / scale));
            findings.Add(await benchmark.RunAsync("50 rows from memory", MemoryServer.ListQuery, "/bare/list", 6_000 / scale));
            findings.Add(await benchmark.RunAsync("50 batched child fields", MemoryServer.OwnersQuery, "/bare/owners", 6_000 / scale));
            findings.Add(await benchmark.RunAsync("a document never seen before", MemoryServer.NewQuery, "/bare/run", 10_000 / scale));
            findings.Add(await benchmark.RunAsync("a filter as a variable : inline", ("/graphql", MemoryServer.FilterAsVariable), ("/graphql", MemoryServer.FilterInline), 10_000 / scale));
        }

        if (parts.Contains("live"))
        {
            await using var live = await ChildProcess.StartAsync(Tell, "live");
            findings.Add(await new SubscriptionBenchmark(live, rounds).RunAsync(40 / scale));
        }

        if (parts.Any(part => part is not ("memory" or "live")))
        {
            using var folder = new DataFolder(data);
            await using var stores = await ChildProcess.StartAsync(Tell, "stores", folder.Path);
            if (parts.Contains("postgres"))
            {
                findings.Add(await new ProcessorTimeBenchmark(stores, rounds).RunAsync("50 rows from PostgreSQL", BareList.Query, "/bare/runs", 1_500 / scale));
            }

            if (parts.Contains("series"))
            {
                using var benchmark = new SeriesBenchmark(stores, SeriesPlace.Parse(await stores.GetAsync(SeriesPlace.Path)), rounds);
                findings.Add(await benchmark.WholeAsync(100 / scale));
                findings.Add(await benchmark.ThinnedAsync(10 / Math.Min(scale, 3)));
            }

            if (parts.Contains("stream"))
            {
                using var benchmark = new StreamBenchmark(stores, SeriesPlace.Parse(await stores.GetAsync(SeriesPlace.Path)), rounds);
                findings.Add(await benchmark.SeriesAsync(5 / Math.Min(scale, 3)));
                findings.Add(await benchmark.RowsAsync(50 / scale));
            }
        }

        return findings;
    }

    private static void Tell(string line) => AnsiConsole.WriteLine(line);

    private static Table ToTable(List<Finding> findings)
    {
        var table = new Table().AddColumns("", "measured", "ratio", "min", "max", "GraphQL", "compared with", "remarks");
        foreach (var finding in findings)
        {
            table.AddRow(
                new Text(finding.Name), new Text(finding.Measure), new Text($"{finding.Ratio.Median:0.00}"), new Text($"{finding.Ratio.Min:0.00}"), new Text($"{finding.Ratio.Max:0.00}"),
                new Text(finding.GraphQL), new Text(finding.Other), new Text(finding.Remarks));
        }

        return table;
    }

    /// <summary>The folder that was named, or one that ends with the run.</summary>
    private sealed class DataFolder(string? named) : IDisposable
    {
        public string Path { get; } = named ?? Directory.CreateTempSubdirectory("analyticsgraph-benchmarks-").FullName;

        public void Dispose()
        {
            if (named is null)
            {
                Directory.Delete(Path, recursive: true);
            }
        }
    }
}
