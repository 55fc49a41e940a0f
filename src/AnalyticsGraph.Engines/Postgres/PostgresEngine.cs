using System.Data.Common;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Engines.Postgres;

/// <summary>
/// PostgreSQL as a child process. It does not end with its parent: after a kill -9 of the server the next start finds it and stops
/// it (fast: sessions are those of the dead server), then starts its own, with this start's configuration.
/// </summary>
internal sealed class PostgresEngine : Engine
{
    /// <summary>How long idle sessions may hold up a stop before they are ended.</summary>
    private static readonly TimeSpan SmartLimit = TimeSpan.FromMilliseconds(500);

    private readonly PostgresCluster _cluster;
    private readonly string _socketFolder;
    private readonly EngineOptions _options;
    private readonly ILogger _logger;
    private string _instance = "";

    internal PostgresEngine(PostgresCluster cluster, string socketFolder, string logFile, EngineOptions options, ILogger logger)
        : base(EngineKind.Postgres, logFile)
    {
        _cluster = cluster;
        _socketFolder = socketFolder;
        _options = options;
        _logger = logger;
        ConnectionString = new DbConnectionStringBuilder
        {
            ["Host"] = socketFolder,
            ["Username"] = PostgresConfiguration.Role,
            ["Database"] = PostgresConfiguration.Database,

            // What runs beside the server (verify, gc, psql) finds a connection even while the server uses all of its own.
            ["Maximum Pool Size"] = PostgresConfiguration.MaxPoolSize,
        }.ConnectionString;
    }

    internal override string ConnectionString { get; }

    internal override async Task<ChildProcess> LaunchAsync(CancellationToken cancellation)
    {
        await _cluster.PrepareAsync(cancellation).ConfigureAwait(false);
        // Names the folder, not its path: all processes of this cluster carry it in their command lines, the postmaster as an argument, its children as a title.
        var facts = LibC.Facts(_cluster.Data) ?? throw new IOException($"{_cluster.Data} cannot be read.");
        _instance = $"ag-{facts.Device:x}-{facts.Inode:x}";
        await EndLeftoversAsync(cancellation).ConfigureAwait(false);
        PostgresConfiguration.Write(_cluster.Data, _cluster.Account, _options);

        string[] command =
        [
            _cluster.Program("postgres"), "-D", _cluster.DataArgument,
            "-c", $"cluster_name={_instance}", "-c", $"unix_socket_directories={Quote(_socketFolder)}",
        ];
        var process = ChildProcess.Start(_cluster.Account.As(command), _cluster.Data, PostgresCluster.Environment, Log);
        return await WaitUntilReadyAsync(process, IsReady, _options.StartTimeout, cancellation).ConfigureAwait(false);
    }

    internal override async Task StopAsync(ChildProcess process)
    {
        // smart waits for the clients, fast ends their sessions, immediate recovers at the next start.
        foreach (var (signal, limit) in ((int, TimeSpan)[])[(LibC.SigTerm, SmartLimit), (LibC.SigInt, _options.StopTimeout), (LibC.SigQuit, _options.StopTimeout / 4)])
        {
            Signal(process, signal);
            if (await process.WaitAsync(limit).ConfigureAwait(false)) return;
        }
        _logger.LogWarning("PostgreSQL did not stop within {Limit}; it is killed. The next start recovers from its log.", _options.StopTimeout);
        process.Signal(LibC.SigKill);
        await process.Exited.ConfigureAwait(false);
    }

    // Killed, it would leave the children behind that recover its data.
    private protected override async Task GiveUpAsync(ChildProcess process)
    {
        Signal(process, LibC.SigQuit);
        if (!await process.WaitAsync(_options.StopTimeout / 4).ConfigureAwait(false)) await base.GiveUpAsync(process).ConfigureAwait(false);
    }

    /// <summary>A wrapper that does not replace itself (runuser) hands on no such signals: PostgreSQL's own number is in its file.</summary>
    private void Signal(ChildProcess process, int signal)
    {
        if (!process.HasExited && PostmasterFile.Read(_cluster.Data) is { } file && IsPostmaster(ProcessTable.CommandLine(file.Process))) LibC.Kill(file.Process, signal);
        else process.Signal(signal);
    }

    private bool IsReady() => PostmasterFile.Read(_cluster.Data) is { Status: "ready" } file && IsPostmaster(ProcessTable.CommandLine(file.Process));

    private bool IsPostmaster(string[] command) => command.Contains($"cluster_name={_instance}");

    private bool IsOurs(string[] command) => IsPostmaster(command) || (command.Length > 0 && command[0].StartsWith($"postgres: {_instance}: ", StringComparison.Ordinal));

    /// <summary>Never two postmasters on one folder, and no child of a dead one that still writes.</summary>
    private async Task EndLeftoversAsync(CancellationToken cancellation)
    {
        if (ProcessTable.Find(IsOurs).Count > 0)
        {
            _logger.LogInformation("An earlier server left PostgreSQL running on {Folder}; it is stopped first.", _cluster.Data);
            await EndLeftoverProcessesAsync(cancellation).ConfigureAwait(false);
        }

        // A number in the file that is another process's by now, or a zombie's, would make PostgreSQL believe that a server runs. (A dead one it handles itself.)
        if (PostmasterFile.Read(_cluster.Data) is { } file && LibC.Kill(file.Process, 0)) File.Delete(PostmasterFile.In(_cluster.Data));
        foreach (var old in Directory.EnumerateFiles(_socketFolder, ".s.PGSQL.*")) File.Delete(old);
    }

    private async Task EndLeftoverProcessesAsync(CancellationToken cancellation)
    {
        foreach (var (signal, limit) in ((int, TimeSpan)[])[(LibC.SigInt, _options.StopTimeout), (LibC.SigQuit, TimeSpan.FromSeconds(5)), (LibC.SigKill, TimeSpan.FromSeconds(5))])
        {
            // To the postmaster, which ends its children; to the children where it is dead.
            var postmasters = ProcessTable.Find(IsPostmaster);
            foreach (var process in postmasters.Count > 0 && signal != LibC.SigKill ? postmasters : ProcessTable.Find(IsOurs)) LibC.Kill(process, signal);
            if (await ProcessTable.WaitForNoneAsync(IsOurs, limit, cancellation).ConfigureAwait(false)) return;
        }
        throw new EngineException(
            EngineErrorCodes.LeftoverProcess,
            $"PostgreSQL processes of an earlier server still run on {_cluster.Data} and cannot be ended: {string.Join(", ", ProcessTable.Find(IsOurs))}.",
            "End them (kill -INT, as their user or root), then start again.");
    }

    private static string Quote(string path) => $"\"{path.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
