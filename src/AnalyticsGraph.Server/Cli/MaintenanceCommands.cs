using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Xml;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Tracking.Maintenance;
using Spectre.Console;

namespace AnalyticsGraph.Server.Cli;

/// <summary><c>verify</c>, <c>repair</c> and <c>gc</c>: the care of both stores. Each may run beside a server, on its engines, or alone.</summary>
internal static class MaintenanceCommands
{
    // Of each kind; beyond, only their number is told.
    private const int MostTold = 50;

    /// <summary>Compares the stores.</summary>
    /// <param name="optionsOf">Where they are.</param>
    public static Command Verify(Func<ParseResult, ServerOptions> optionsOf)
    {
        var verify = new Command("verify", "Compare the stores: summaries and rollups with their points, copies with their sources, rows with their owners. Exit code 1 if anything differs.");
        verify.SetAction((parsed, cancellation) => RunAsync(optionsOf(parsed), async (stores, tracking) =>
        {
            var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
            await foreach (var difference in new StoreVerifier(stores.Postgres, stores.ClickHouse, tracking.Flusher, tracking.Copier).FindAsync(cancellation))
            {
                counts[difference.Kind] = counts.GetValueOrDefault(difference.Kind) + 1;
                if (counts[difference.Kind] <= MostTold)
                {
                    Console.WriteLine($"{difference.Kind}: {difference.Subject}: {difference.Message}");
                }
            }

            Console.WriteLine(counts.Count == 0 ? "No difference." : $"Differences: {string.Join(", ", counts.Select(count => Number(count.Value, count.Key)))}.");
            return counts.Count == 0 ? 0 : 1;
        }, "The comparison was stopped.", cancellation));
        return verify;
    }

    /// <summary>Builds anew what is derived.</summary>
    /// <param name="optionsOf">Where the stores are.</param>
    /// <param name="limits">Which series have rollups.</param>
    public static Command Repair(Func<ParseResult, ServerOptions> optionsOf, Func<ServerLimits> limits)
    {
        var repair = new Command("repair", "Build anew what is derived and not as its source says: summaries, counters, order rows, rollups, and ClickHouse's copies of entities and summaries.");
        repair.SetAction((parsed, cancellation) => RunAsync(optionsOf(parsed), async (stores, tracking) =>
        {
            var report = await new StoreRepair(stores.Postgres, stores.ClickHouse, tracking.Flusher, tracking.Copier).RunAsync(cancellation);
            Console.WriteLine(
                $"Built anew: {Number(report.Summaries, "summaries")}, {Number(report.Counters, "counters")}, {Number(report.OrderRows, "order rows")}, {Number(report.Rollups, "rollups")}, {Number(report.Copies, "copies")}.");

            // A server that runs already looks at no series that grows no more.
            await tracking.Rollups.BuildAsync(cancellation);
            return 0;
        }, "The repair was stopped; run it again to complete it.", cancellation, limits));
        return repair;
    }

    /// <summary>Removes what was deleted.</summary>
    /// <param name="optionsOf">Where the stores are.</param>
    public static Command Gc(Func<ParseResult, ServerOptions> optionsOf)
    {
        var olderThan = new Option<TimeSpan>("--older-than") { Description = "Remove what was deleted longer ago: 30d, 12h, 45m, or ISO 8601 (P30D).", Required = true, HelpName = "DURATION", CustomParser = ParseDuration };
        var keepHistory = new Option<TimeSpan?>("--keep-history")
        {
            Description = "Remove former versions of records that were replaced longer ago (default: keep all).",
            HelpName = "DURATION",
            CustomParser = result => ParseDuration(result),
        };
        var isDryRun = new Option<bool>("--dry-run") { Description = "Only count what would be removed." };
        var gc = new Command("gc", "Remove for good, from both stores, what was deleted long ago. It cannot be restored afterwards.") { olderThan, keepHistory, isDryRun };
        gc.SetAction((parsed, cancellation) => RunAsync(optionsOf(parsed), async (stores, tracking) =>
        {
            var dry = parsed.GetValue(isDryRun);
            var report = await new GarbageCollector(stores.Postgres, stores.ClickHouse, tracking.Flusher, tracking.Copier)
                .RunAsync(parsed.GetValue(olderThan), parsed.GetValue(keepHistory), dry, cancellation);
            foreach (var (table, rows) in report.Removed)
            {
                Console.WriteLine($"{table}: {Number(rows, "rows")}");
            }

            foreach (var (table, rows) in report.Kept)
            {
                Console.WriteLine($"{table}: {Number(rows, "rows")} kept, because points name them");
            }

            Console.WriteLine(report.Removed.Count == 0 ? "Nothing to remove." : dry ? "Nothing was removed: this was a dry run." : "Removed.");
            return 0;
        }, "The collection was stopped; run it again to complete it.", cancellation));
        return gc;
    }

    private static async Task<int> RunAsync(ServerOptions options, Func<Stores, TrackingServices, Task<int>> work, string stopped, CancellationToken cancellation, Func<ServerLimits>? limits = null)
    {
        try
        {
            using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole().AddFilter(level => level >= LogLevel.Warning).AddFilter("Npgsql", LogLevel.None));
            await using var stores = await Stores.OpenOrJoinAsync(options, loggers, cancellation);
            await using var tracking = new TrackingServices(stores, loggers, limits?.Invoke());
            return await work(stores, tracking);
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            return Failure.Tell(exception, stopped);
        }
        catch (Exception exception)
        {
            return Failure.Tell(exception);
        }
    }

    private static TimeSpan ParseDuration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        try
        {
            return text switch
            {
                ['P', ..] => XmlConvert.ToTimeSpan(text),
                [.., 'd'] => TimeSpan.FromDays(Amount()),
                [.., 'h'] => TimeSpan.FromHours(Amount()),
                [.., 'm'] => TimeSpan.FromMinutes(Amount()),
                [.., 's'] => TimeSpan.FromSeconds(Amount()),
                _ => throw new FormatException(),
            };
        }
        catch (Exception fault) when (fault is FormatException or OverflowException or ArgumentException)
        {
            result.AddError($"'{text}' is no duration. Give one such as 30d, 12h, 45m or P30D.");
            return default;
        }

        // NaN is a number, too, but none of days: an ArgumentException.
        double Amount() => double.Parse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
    }

    private static string Number(long value, string what) => $"{value.ToString("N0", CultureInfo.InvariantCulture)} {what}";
}
