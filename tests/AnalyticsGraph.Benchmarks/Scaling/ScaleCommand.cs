using System.CommandLine;
using System.Globalization;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Servers;
using Spectre.Console;

namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>The same questions to data of several sizes: how long they take, and what that grows with.</summary>
internal static class ScaleCommand
{
    private const int TableWidth = 180;
    private const string MemoryName = "memory of a series of 1M points, unthinned";
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(0.6);

    // The JIT compiles a method anew after some dozens of calls.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    public static Command Make()
    {
        var points = new Option<string[]>("--points") { Description = "Sizes of the data sets of points, such as 1M 10M 100M.", HelpName = "SIZE", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var runs = new Option<string[]>("--runs") { Description = "Sizes of the data sets of runs, such as 20k 1M.", HelpName = "SIZE", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var data = new Option<string?>("--data") { Description = "Where the data sets are kept for the next time; a folder for this run alone if left out.", HelpName = "DIR" };
        var only = new Option<string?>("--only") { Description = "Only questions whose name has this text.", HelpName = "TEXT" };
        var rounds = new Option<int>("--rounds") { Description = "How many rounds; 0 only makes the data.", DefaultValueFactory = _ => 5 };
        var command = new Command("scale", "The same questions to data of several sizes.") { points, runs, data, only, rounds };
        command.SetAction(parsed => RunAsync(
            [.. parsed.GetValue(points)!.Select(text => ScaleSize.Parse(text, ofRuns: false)), .. parsed.GetValue(runs)!.Select(text => ScaleSize.Parse(text, ofRuns: true))],
            parsed.GetValue(data),
            parsed.GetValue(only) ?? "",
            parsed.GetValue(rounds)));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<ScaleSize> sizes, string? named, string only, int rounds)
    {
        var folder = Path.GetFullPath(named ?? Directory.CreateTempSubdirectory("analyticsgraph-scale-").FullName);
        try
        {
            var table = new Table { Border = TableBorder.Markdown }.AddColumns("question", "data", "bar", "ratio", "min", "max", "through the graph", "raw", "grows with");
            foreach (var size in sizes)
            {
                AnsiConsole.WriteLine($"{size.Kind}: {size.Text}");
                var place = Path.Combine(folder, size.Folder);
                await using var server = await ChildProcess.StartAsync(AnsiConsole.WriteLine, "scale", place, size.Kind, size.Text);
                await AddAsync(table, server, size, only, rounds);
            }

            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, TableWidth);
            AnsiConsole.Write(table);
            AnsiConsole.WriteLine($"{Environment.ProcessorCount} processors; load average {(await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0]}");
            return 0;
        }
        finally
        {
            if (named is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task AddAsync(Table table, ChildProcess server, ScaleSize size, string only, int rounds)
    {
        var place = ScalePlace.Parse(await server.GetAsync(ScalePlace.Path));
        using var comparison = new StoreComparison(server.Address, place.Socket);
        if (!size.OfRuns)
        {
            var (clickHouse, postgres) = (place.ClickHouseBytes / (double)place.Points, place.PostgresBytes / (double)place.Points);
            table.AddRow("disk per point", size.Text, "16 bytes", "", "", "", $"{clickHouse + postgres:0.00} bytes", $"{clickHouse:0.00} in ClickHouse", "series, by what a summary takes");
        }

        foreach (var question in (size.OfRuns ? ScaleQuestions.OfRuns(place) : ScaleQuestions.OfPoints(place)).Where(question => rounds > 0 && question.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            await comparison.AnswerAsync(question.Query);
            var one = await comparison.RunAsync(question.Query, question.Sql, requests: 3, warmUps: 1, rounds: 1);
            var each = one.Fastest + (question.Sql is null ? 0 : one.FastestRaw);
            var requests = (int)Math.Clamp(Round.TotalMilliseconds / each, 3, 100);
            var warmUps = (int)Math.Clamp(WarmUp.TotalMilliseconds / each, 3, 150);
            var found = await comparison.RunAsync(question.Query, question.Sql, requests, warmUps, rounds);
            var (ratio, hasRaw) = (found.Ratio, question.Sql is not null);
            table.AddRow(
                question.Name, size.Text, question.Bar, Raw($"{ratio.Median:0.00}"), Raw($"{ratio.Min:0.00}"), Raw($"{ratio.Max:0.00}"),
                string.Create(CultureInfo.InvariantCulture, $"{found.Server.Median:0.00} ms"), Raw($"{found.Raw.Median:0.00} ms"), question.GrowsWith);

            string Raw(FormattableString text) => hasRaw ? text.ToString(CultureInfo.InvariantCulture) : "";
        }

        if (!size.OfRuns && rounds > 0)
        {
            foreach (var (name, atOnce, askAsync) in ((string, int, Func<Task>)[])
                [
                    (MemoryName, 1, () => comparison.RunAsync(ScaleQuestions.Whole(place), null, requests: 1, warmUps: 0, rounds: 1)),
                    (MemoryName, 4, () => comparison.RunAsync(ScaleQuestions.Whole(place), null, requests: 1, warmUps: 0, rounds: 1)),
                    ($"{MemoryName} and exported as CSV", 1, () => comparison.DownloadAsync(ScaleQuestions.Export(place))),
                ])
            {
                if (name.Contains(only, StringComparison.OrdinalIgnoreCase))
                {
                    var bytes = await MemoryAsync(server, askAsync, atOnce) / (double)(atOnce * place.Long.Points);
                    table.AddRow($"{name}, {atOnce} at once", size.Text, "32 bytes", "", "", "", string.Create(CultureInfo.InvariantCulture, $"{bytes:0.0} bytes a point"), "", "its points");
                }
            }
        }
    }

    /// <summary>What the process grows by beyond what it holds when nobody asks: the most of three times, of memory that the kernel counts.</summary>
    private static async Task<long> MemoryAsync(ChildProcess server, Func<Task> askAsync, int atOnce)
    {
        var most = 0L;
        for (var i = 0; i < 3; i++)
        {
            await server.GetAsync(HeldResources.CollectedPath);
            var before = ResidentMemory.Parse(await server.GetAsync(ResidentMemory.Path));
            await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => askAsync()));
            most = Math.Max(most, ResidentMemory.Parse(await server.GetAsync(ResidentMemory.Path)).Most - before.Now);
        }

        return most;
    }
}
