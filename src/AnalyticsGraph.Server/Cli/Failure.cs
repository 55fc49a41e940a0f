using AnalyticsGraph.Engines;
using AnalyticsGraph.Server.Hosting;
using Spectre.Console;

namespace AnalyticsGraph.Server.Cli;

/// <summary>Tells a failure at the terminal: what happened and what to do; a stack trace only where nobody foresaw it.</summary>
internal static class Failure
{
    /// <summary>Writes it to standard error.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="message">The message, if the exception's own is not for people.</param>
    /// <returns>The exit code 1.</returns>
    public static int Tell(Exception exception, string? message = null)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Ansi = Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (Console.IsErrorRedirected)
        {
            // A log has no colours, nor a width to wrap at.
            console.Profile.Width = int.MaxValue;
        }

        var foreseen = message is not null
            || exception is EngineException or SettingException or Npgsql.NpgsqlException or ClickHouse.ClickHouseException or Tracking.Migrations.MigrationException or Tracking.Import.ImportException or Tracking.Export.ExportException
                or GraphQL.Errors.GraphQLException or IOException or UnauthorizedAccessException;
        message ??= exception is EngineException { Code: var code } ? $"{code}: {exception.Message}" : exception.Message;
        console.MarkupLineInterpolated($"[red]{message}[/]");
        if (!foreseen)
        {
            console.WriteLine(exception.ToString());
        }

        return 1;
    }
}
