using System.CommandLine;
using System.Globalization;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Tracking.Import;
using Spectre.Console;

namespace AnalyticsGraph.Server.Cli;

/// <summary>Runs an import: of which system, its caller says.</summary>
/// <param name="stores">Both stores.</param>
/// <param name="tracking">The write side.</param>
/// <param name="progress">Told what is being done.</param>
/// <param name="cancellation">Ends the import.</param>
/// <returns>What it came to.</returns>
internal delegate Task<ImportReport> Importer(Stores stores, TrackingServices tracking, IProgress<ImportProgress> progress, CancellationToken cancellation);

/// <summary><c>import</c>: takes over the records of another system.</summary>
internal static class ImportCommand
{
    /// <summary>The command, with one of its own for each system.</summary>
    /// <param name="options">Where the stores are.</param>
    public static Command Create(Func<ParseResult, ServerOptions> options)
    {
        var command = new Command("import", "Bring records of another system in. Repeatable: what is there already is not doubled.");
        command.Add(Of(
            options, "mlflow", "Experiments, runs, metrics, models, datasets and traces of an MLflow server.",
            "A connection string of MLflow's PostgreSQL database, a plain pg_dump of it (dump.sql, dump.sql.gz), or a folder of CSV files.", hasLocalTimes: false,
            (from, import) => (stores, tracking, progress, cancellation) => new MlflowImport(stores.Postgres, tracking.Flusher).RunAsync(from, import, progress, cancellation)));
        command.Add(Of(
            options, "experiment-tracking", "Experiments, trials, runs, epochs, batches, metrics and artifacts of an experiment tracking database.",
            "A MySQL dump (dump.sql, dump.sql.gz), a SQLite file, or a folder of CSV files.", hasLocalTimes: true,
            (from, import) => (stores, tracking, progress, cancellation) =>
                new ExperimentTrackingImport(stores.Postgres, stores.ClickHouse, tracking.Flusher).RunAsync(from, import, progress, cancellation)));
        command.Add(Of(
            options, "training-jobs", "Clusters, jobs, their nodes, documents and runtime records of a training scheduler's database.",
            "A MySQL dump (dump.sql, dump.sql.gz), a SQLite file, or a folder of CSV files.", hasLocalTimes: true,
            (from, import) => (stores, tracking, progress, cancellation) =>
                new TrainingJobsImport(stores.Postgres, stores.ClickHouse, tracking.Flusher).RunAsync(from, import, progress, cancellation)));
        command.Add(Of(
            options, "wine", "Tabular datasets with their samples, targets and predictions, as the wine data come.",
            "A connection string of a PostgreSQL database, a plain pg_dump of it, or a folder of CSV files.", hasLocalTimes: false,
            (from, import) => (stores, tracking, progress, cancellation) =>
                new TabularImport(stores.Postgres, stores.ClickHouse, tracking.Flusher).RunAsync(from, import, progress, cancellation)));
        return command;
    }

    private static Command Of(
        Func<ParseResult, ServerOptions> options, string system, string description, string fromDescription, bool hasLocalTimes, Func<string, ImportOptions, Importer> importer)
    {
        var from = new Argument<string>("from") { Description = fromDescription };
        var source = new Option<string>("--source") { Description = "The name of the instance the records came from.", DefaultValueFactory = _ => system, HelpName = "NAME" };
        var zone = new Option<string?>("--time-zone") { Description = "The zone of its times, which it writes without one, such as Europe/Berlin (default: that of the import before, or UTC).", HelpName = "IANA" };
        var command = new Command(system, description) { from, source };
        if (hasLocalTimes)
        {
            command.Add(zone);
        }

        command.SetAction((parsed, cancellation) => RunAsync(
            options(parsed),
            importer(parsed.GetValue(from)!, new ImportOptions { Source = parsed.GetValue(source)!, TimeZone = hasLocalTimes ? parsed.GetValue(zone) : null }),
            cancellation));
        return command;
    }

    /// <summary>Runs the import with a progress bar, and ends with a table of counts.</summary>
    /// <returns>0, or 1 if the import could not be completed; then the reason was told.</returns>
    private static async Task<int> RunAsync(ServerOptions options, Importer import, CancellationToken cancellation)
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
                .StartAsync(context => import(stores, tracking, new Bars(context), cancellation)));
            return 0;
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            return Failure.Tell(exception, "The import was stopped. What was stored stays; run it again to complete it.");
        }
        catch (Exception exception) when (exception is Npgsql.NpgsqlException and not Npgsql.PostgresException { IsTransient: false } or ClickHouse.ClickHouseTransportException)
        {
            return Failure.Tell(exception, $"A store stopped answering ({exception.Message.TrimEnd('.')}). What was stored stays; run the import again to complete it.");
        }
        catch (Exception exception)
        {
            return Failure.Tell(exception);
        }
    }

    private static void Show(ImportReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("table").AddColumns(Right("read"), Right("new"), Right("changed"), Right("removed"));
        var hasAside = report.Tables.Any(row => row.Aside > 0);
        if (hasAside)
        {
            table.AddColumn(Right("kept aside"));
        }

        foreach (var row in report.Tables.Where(t => t.Read + t.Added + t.Changed + t.Removed > 0))
        {
            string[] counts = [row.Table, Number(row.Read), Number(row.Added), Number(row.Changed), Number(row.Removed)];
            table.AddRow(hasAside ? [.. counts, Number(row.Aside)] : counts);
        }

        AnsiConsole.Write(table);
        foreach (var warning in report.Warnings)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{warning}[/]");
        }

        AnsiConsole.MarkupLineInterpolated(
            $"{report.Tables.Count} tables of {report.Source}{(report.SchemaVersion is { } version ? $" (schema {version})" : "")} in {report.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s.");

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
