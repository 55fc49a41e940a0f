using System.CommandLine;
using System.Runtime.InteropServices;
using AnalyticsGraph.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace AnalyticsGraph.Server.Cli;

/// <summary>The command line: the server itself, and one command for each thing done without a browser.</summary>
internal static class CommandLine
{
    // How long the engines may take to stop after a signal, both of them at their worst; two seconds is the library's default.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    private const string ConfigurationHelp = """
        Stores. Without connection strings the server runs its own PostgreSQL and ClickHouse in the data folder. To use others, set
        ConnectionStrings:Postgres and ConnectionStrings:ClickHouse in appsettings.json, the environment (ConnectionStrings__Postgres), or here
        (--ConnectionStrings:Postgres="Host=db;Database=analyticsgraph;Username=me;Password=...").
        """;

    /// <summary>Runs what the arguments say.</summary>
    /// <param name="args">The process's arguments.</param>
    /// <returns>The exit code: 0 for success, 1 for an error that was told.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var (settings, rest) = Split(args);
        var configuration = Configuration(settings);

        var data = new Option<string?>("--data") { Description = $"The folder of the embedded engines (default {ServerOptions.DefaultDataDirectory}).", HelpName = "DIR", Recursive = true };
        data.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string?>()))
            {
                result.AddError("--data needs a folder, such as --data ./data.");
            }
        });
        var urls = new Option<string?>("--urls") { Description = $"Where to listen (default {ServerOptions.DefaultUrls}).", HelpName = "URL" };
        var demo = new Option<bool>("--demo") { Description = "Add the bundled sample (a real MLflow history of 227 runs), trainings on four tables and a simulated fleet of 200 jobs, once." };
        var root = new RootCommand($"AnalyticsGraph: one GraphQL endpoint over everything an ML team records.\n\n{ConfigurationHelp}") { data, urls, demo };
        root.SetAction((parsed, cancellation) =>
            ServeCommand.RunAsync(ServerOptions.From(configuration, parsed.GetValue(urls), parsed.GetValue(data), parsed.GetValue(demo)), configuration, cancellation));

        ServerOptions Options(ParseResult parsed) => ServerOptions.From(configuration, null, parsed.GetValue(data), false);
        root.Add(ImportCommand.Create(Options));
        root.Add(ExportCommand.Create(Options));
        root.Add(MaintenanceCommands.Verify(Options));
        root.Add(MaintenanceCommands.Repair(Options, () => ServerLimits.From(configuration)));
        root.Add(MaintenanceCommands.Gc(Options));

        // A closed terminal ends the program as Ctrl-C does; it would kill it otherwise.
        using var hangUp = new CancellationTokenSource();
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            hangUp.Cancel();
        });
        return await root.Parse(rest).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = StopTimeout }, hangUp.Token);
    }

    // Keys with a colon (--ConnectionStrings:Postgres=...) are .NET configuration; everything else is ours and checked.
    private static (string[] Settings, string[] Arguments) Split(string[] args)
    {
        var settings = new List<string>();
        var rest = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var key = args[i].Split('=', 2)[0];
            if (!key.StartsWith("--", StringComparison.Ordinal) || !key.Contains(':', StringComparison.Ordinal))
            {
                rest.Add(args[i]);
                continue;
            }

            settings.Add(args[i]);
            if (key.Length == args[i].Length && i + 1 < args.Length)
            {
                settings.Add(args[++i]);
            }
        }

        return ([.. settings], [.. rest]);
    }

    private static IConfigurationRoot Configuration(string[] settings) => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .AddCommandLine(settings)
        .Build();
}
