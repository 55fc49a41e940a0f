using System.Globalization;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Tracking.Import;
using Spectre.Console;

namespace AnalyticsGraph.Server.Cli;

/// <summary><c>import mlflow</c>: takes over the records of an MLflow backend store.</summary>
internal static class ImportMlflowCommand
{
    /// <summary>Runs the import with a progress bar, and ends with a table of counts.</summary>
    /// <param name="options">Where the stores are.</param>
    /// <param name="from">A connection string or the path of a dump.</param>
    /// <param name="source">The name of the instance.</param>
    /// <param name="cancellation">Ends the import; experiments that were stored stay.</param>
    /// <returns>0, or 1 if the import could not be completed; then the reason was told.</returns>
    public static async Task<int> RunAsync(ServerOptions options, string from, string source, CancellationToken cancellation)
    {
        try
        {
            using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole()
                .AddFilter(level => level >= LogLevel.Warning)

                // A lost connection ends the import, and is told then; the pool's own account of it is for servers.
                .AddFilter("Npgsql", LogLevel.None));
            await using var stores = await Stores.OpenOrJoinAsync(options, loggers, cancellation);
            await using var tracking = new TrackingServices(stores, loggers);
            tracking.Start();
            Show(await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(context => new MlflowImport(stores.Postgres, tracking.Flusher)
                    .RunAsync(from, new ImportOptions { Source = source }, new Bars(context), cancellation)));
            return 0;
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            return Failure.Tell(exception, "The import was stopped. Experiments that were stored stay; run it again to complete it.");
        }
        catch (Exception exception) when (exception is Npgsql.NpgsqlException and not Npgsql.PostgresException { IsTransient: false } or ClickHouse.ClickHouseTransportException)
        {
            return Failure.Tell(exception, $"A store stopped answering ({exception.Message.TrimEnd('.')}). Experiments that were stored stay; run the import again to complete it.");
        }
        catch (Exception exception)
        {
            return Failure.Tell(exception);
        }
    }

    private static void Show(ImportReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("table").AddColumns(Right("read"), Right("new"), Right("changed"), Right("removed"));
        foreach (var row in report.Tables.Where(t => t.Read + t.Removed > 0))
        {
            table.AddRow(row.Table, Number(row.Read), Number(row.Added), Number(row.Changed), Number(row.Removed));
        }

        AnsiConsole.Write(table);
        foreach (var warning in report.Warnings)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{warning}[/]");
        }

        AnsiConsole.MarkupLineInterpolated(
            $"{report.Tables.Count} tables of {report.Source} (schema {report.SchemaVersion ?? "unknown"}) in {report.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s.");

        static TableColumn Right(string name) => new TableColumn(name).RightAligned();
        static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
    }

    // One bar a stage; progress comes from any thread.
    private sealed class Bars(ProgressContext context) : IProgress<ImportProgress>
    {
        private readonly Dictionary<ImportStage, ProgressTask> _bars = [];

        public void Report(ImportProgress value)
        {
            lock (_bars)
            {
                if (!_bars.TryGetValue(value.Stage, out var bar))
                {
                    foreach (var earlier in _bars.Values)
                    {
                        earlier.Value(1).StopTask();
                    }

                    _bars.Add(value.Stage, bar = context.AddTask(value.Stage.ToString(), maxValue: 1));
                }

                bar.IsIndeterminate = value.Fraction is null;
                bar.Description = $"{value.Stage} {Markup.Escape(value.Subject)}";
                bar.Value(value.Fraction ?? 0);
            }
        }
    }
}
