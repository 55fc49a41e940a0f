using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Servers;
using AnalyticsGraph.Benchmarks.Soaking;
using Spectre.Console;

namespace AnalyticsGraph.Benchmarks.Mixed;

/// <summary>
/// Writes at a share of what the machine can take, beside readers, subscribers and exports, for as long as one likes: nothing is lost or different, memory stays flat, and the number of ClickHouse's parts bounded.
/// </summary>
internal static class MixedCommand
{
    private const int Writers = 4;
    private const int Readers = 3;
    private const int Subscribers = 2;
    private const int Periods = 5;
    private const double MostGrowth = 0.1;

    // Far below where ClickHouse begins to slow inserts down (1,000).
    private const int MostParts = 300;
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    public static Command Make()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 60 };
        var share = new Option<double>("--share") { Description = "How much of the fastest rate is written, which is measured first.", DefaultValueFactory = _ => 0.5 };
        var command = new Command("mixed", "Steady writes beside readers, subscribers and exports: no loss, flat memory, bounded parts. Exit code 1 otherwise.") { minutes, share };
        command.SetAction(async parsed =>
        {
            var folder = Directory.CreateTempSubdirectory("analyticsgraph-mixed-").FullName;
            try
            {
                await using var server = await ChildProcess.StartAsync(AnsiConsole.WriteLine, "ingest", folder);
                return await new Run(server).RunAsync(TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(share));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private sealed class Run
    {
        private readonly ChildProcess _server;
        private readonly HttpClient _http;
        private readonly MixedRuns _runs;
        private readonly MixedWriter[] _writers;

        public Run(ChildProcess server)
        {
            _server = server;
            _http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(30) };
            _runs = new MixedRuns(_http);
            _writers = [.. Enumerable.Range(0, Writers).Select(seed => new MixedWriter(server.Address, _runs, seed))];
        }

        public async Task<int> RunAsync(TimeSpan duration, double share)
        {
            await _runs.CreateAsync();
            await WriteAsync(TimeSpan.Zero, new MixedPeriod(), Warming);
            var fastest = new MixedPeriod();
            await WriteAsync(TimeSpan.Zero, fastest, Warming);
            await FlushedAsync();
            var pause = TimeSpan.FromSeconds(Writers * MixedWriter.PointsPerRequest / (fastest.Rate * share));
            Tell($"As fast as it is answered: {fastest.Rate:N0} points/s. From here on {fastest.Rate * share:N0}/s.");

            var counts = new SoakCounts();
            var periods = new List<MixedPeriod>();
            for (var i = 0; i < Periods; i++)
            {
                var period = new MixedPeriod();
                periods.Add(period);
                await LoadAsync(period, pause, duration / Periods, counts);
                Console.WriteLine(string.Join(" | ", period.Cells()));
            }

            Report(periods);
            await FlushedAsync();
            var faults = counts.Faults.Concat(await _runs.FindWrongAsync()).Concat((await _server.GetAsync(IngestServer.VerifyPath)).Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
            if (periods[^1].ServerMemory > periods[1].ServerMemory * (1 + MostGrowth))
                faults.Add("the server's memory grows");
            if (periods.SelectMany(period => period.Samples).Any(sample => sample.Parts > MostParts))
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"there were more than {MostParts} parts of a table"));
            Tell($"{_runs.Count} runs, {periods.Sum(period => period.Points):N0} points at a steady rate; {faults.Count} faults");
            foreach (var fault in faults.Take(50))
                Console.WriteLine($"FAULT {fault}");
            return faults.Count == 0 ? 0 : 1;
        }

        private async Task LoadAsync(MixedPeriod period, TimeSpan pause, TimeSpan duration, SoakCounts counts)
        {
            using var end = new CancellationTokenSource(duration);
            var reads = Enumerable.Range(0, Readers).Select(_ => new Dictionary<string, List<double>>()).ToArray();
            var subscribers = Enumerable.Range(1, Subscribers).Select(seed => new SoakSubscriber(_server.Address, counts, new Random(seed), () => _runs.Active));
            await Task.WhenAll(
            [
                WriteAsync(pause, period, duration),
                SampleAsync(period, end.Token),
                .. reads.Select((latencies, seed) => new MixedReader(_http, _runs, new Random(seed)).RunAsync(latencies, end.Token)),
                .. subscribers.Select(subscriber => Task.Run(() => subscriber.RunAsync(end.Token), CancellationToken.None)),
            ]);
            foreach (var (kind, latencies) in reads.SelectMany(read => read))
            {
                if (!period.Reads.TryAdd(kind, latencies))
                    period.Reads[kind].AddRange(latencies);
            }
        }

        private async Task WriteAsync(TimeSpan pause, MixedPeriod period, TimeSpan duration)
        {
            using var end = new CancellationTokenSource(duration);
            var start = Stopwatch.GetTimestamp();
            var latencies = _writers.Select(_ => new List<double>()).ToArray();
            var points = await Task.WhenAll(_writers.Select((writer, i) => Task.Run(() => writer.RunAsync(pause, latencies[i], end.Token), CancellationToken.None)));
            (period.Points, period.Refused, period.Elapsed) = (points.Sum(part => part.Points), points.Sum(part => part.Refused), Stopwatch.GetElapsedTime(start));
            period.Writes.AddRange(latencies.SelectMany(times => times));
        }

        private async Task SampleAsync(MixedPeriod period, CancellationToken end)
        {
            while (!end.IsCancellationRequested)
            {
                var (waiting, parts) = MixedSample.Parse(await _server.GetAsync(IngestServer.StatePath));
                var (own, engines) = ProcessTree.Memory(_server.ProcessId);
                period.Samples.Add(new MixedSample(own, engines, waiting, parts));
                await Task.WhenAny(Task.Delay(SampleInterval, end));
            }
        }

        private async Task FlushedAsync()
        {
            while (await _server.GetAsync(IngestServer.PendingPath) != "0")
                await Task.Delay(100);
        }

        private static void Report(List<MixedPeriod> periods)
        {
            var table = new Table { Border = TableBorder.Markdown }.AddColumns("fifth", "written", "refused", "a request: middle, 99 %", "server's memory", "engines' memory", "waited at most", "parts at most");
            for (var i = 0; i < periods.Count; i++)
                table.AddRow([string.Create(CultureInfo.InvariantCulture, $"{i + 1}"), .. periods[i].Cells()]);
            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 180);
            AnsiConsole.Write(table);
            foreach (var line in periods[^1].ReadLines())
                Console.WriteLine(line);
        }

        private static void Tell(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
