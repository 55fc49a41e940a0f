using System.CommandLine;
using System.Globalization;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Tracking.Export;
using Spectre.Console;

namespace AnalyticsGraph.Server.Cli;

/// <summary>Makes an export of one system.</summary>
/// <param name="stores">Both stores.</param>
/// <param name="tracking">The write side.</param>
/// <returns>The export.</returns>
internal delegate OriginalExport Exporter(Stores stores, TrackingServices tracking);

/// <summary><c>export</c>: writes a source's records in the tables of its original system.</summary>
internal static class ExportCommand
{
    /// <summary>The command, with one of its own for each system.</summary>
    /// <param name="options">Where the stores are.</param>
    public static Command Create(Func<ParseResult, ServerOptions> options)
    {
        var command = new Command("export", "Write a source's records in the tables of its original system: as an SQL dump and as CSV.");
        command.Add(Of(
            options, "mlflow", "An MLflow backend store, as a PostgreSQL dump and as CSV.",
            (stores, tracking) => new MlflowExport(stores.Postgres, stores.ClickHouse, tracking.Flusher)));
        command.Add(Of(
            options, "experiment-tracking", "Experiments, trials, runs, epochs, batches, metrics and artifacts, as a MySQL dump and as CSV.",
            (stores, tracking) => new ExperimentTrackingExport(stores.Postgres, stores.ClickHouse, tracking.Flusher)));
        command.Add(Of(
            options, "training-jobs", "Clusters, jobs, their nodes and documents, each with its last 60 runtime records, as a MySQL dump and as CSV.",
            (stores, tracking) => new TrainingJobsExport(stores.Postgres, stores.ClickHouse, tracking.Flusher)));
        command.Add(Of(
            options, "wine", "Tabular datasets with their samples, targets and predictions, as a PostgreSQL dump and as CSV.",
            (stores, tracking) => new TabularExport(stores.Postgres, stores.ClickHouse, tracking.Flusher)));
        return command;
    }

    private static Command Of(Func<ParseResult, ServerOptions> options, string system, string description, Exporter exporter)
    {
        var source = new Option<string>("--source") { Description = "The name of the instance the records came from.", DefaultValueFactory = _ => system, HelpName = "NAME" };
        var to = new Option<string>("--to") { Description = "A folder that is empty or not there yet.", HelpName = "FOLDER", Required = true };
        var command = new Command(system, description) { source, to };
        command.SetAction((parsed, cancellation) => RunAsync(options(parsed), exporter, parsed.GetValue(source)!, parsed.GetValue(to)!, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ServerOptions options, Exporter exporter, string source, string folder, CancellationToken cancellation)
    {
        try
        {
            using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole().AddFilter(level => level >= LogLevel.Warning).AddFilter("Npgsql", LogLevel.None));
            await using var stores = await Stores.OpenOrJoinAsync(options, loggers, cancellation);
            await using var tracking = new TrackingServices(stores, loggers);
            var report = await AnsiConsole.Status().StartAsync(
                "Reading", context => exporter(stores, tracking).RunAsync(source, folder, new Progress<string>(table => context.Status = $"Writing {Markup.Escape(table)}"), cancellation));
            var table = new Table().Border(TableBorder.Simple).AddColumn("table").AddColumn(new TableColumn("rows").RightAligned());
            foreach (var (name, rows) in report.Tables)
            {
                table.AddRow(Markup.Escape(name), rows.ToString("N0", CultureInfo.InvariantCulture));
            }

            AnsiConsole.Write(table);
            AnsiConsole.MarkupLineInterpolated($"{report.Tables.Count} tables of {report.Source} in {report.Folder}, in {report.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s.");
            return 0;
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            return Failure.Tell(exception, "The export was stopped; what is in the folder is no whole.");
        }
        catch (Exception exception)
        {
            return Failure.Tell(exception);
        }
    }
}
