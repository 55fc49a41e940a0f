using System.Data.Common;
using System.Globalization;
using AnalyticsGraph.Engines.Packages;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Engines.ClickHouse;

/// <summary>LocalClickHouse as a child process, on a Unix socket. It watches its parent and ends with it.</summary>
internal sealed class ClickHouseEngine : Engine
{
    private readonly EnginePackages _packages;
    private readonly string _data;
    private readonly string _socket;
    private readonly EngineOptions _options;
    private readonly ILogger _logger;

    internal ClickHouseEngine(EnginePackages packages, string data, string socket, string logFile, EngineOptions options, ILogger logger)
        : base(EngineKind.ClickHouse, logFile)
    {
        _packages = packages;
        _data = data;
        _socket = socket;
        _options = options;
        _logger = logger;
        ConnectionString = new DbConnectionStringBuilder { ["Host"] = "localhost", ["Socket"] = socket, ["Database"] = "default" }.ConnectionString;
    }

    internal override string ConnectionString { get; }

    internal override async Task<ChildProcess> LaunchAsync(CancellationToken cancellation)
    {
        await EndLeftoverAsync(cancellation).ConfigureAwait(false);
        File.Delete(_socket);
        var ready = false;
        string[] command =
        [
            _packages.LocalClickHouse, "--path", _data, "--lib", _packages.ChdbLibrary, "--socket", _socket,
            "--max-memory", Memory().ToString(CultureInfo.InvariantCulture), "--parent-pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        ];
        var process = ChildProcess.Start(command, _data, Variables(), Log, line => ready |= line.StartsWith("ready", StringComparison.Ordinal));
        return await WaitUntilReadyAsync(process, () => Volatile.Read(ref ready), _options.StartTimeout, cancellation).ConfigureAwait(false);
    }

    internal override async Task StopAsync(ChildProcess process)
    {
        process.Signal(LibC.SigTerm);
        if (await process.WaitAsync(_options.StopTimeout).ConfigureAwait(false)) return;
        _logger.LogWarning("LocalClickHouse did not stop within {Limit}; it is killed. Acknowledged inserts are on disk.", _options.StopTimeout);
        process.Signal(LibC.SigKill);
        await process.Exited.ConfigureAwait(false);
    }

    private long Memory() => _options.ClickHouseMaxMemory ?? Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, 512L << 20, 4L << 30);

    private bool IsOurs(string[] command)
    {
        var path = Array.IndexOf(command, "--path");
        return path > 0 && path + 1 < command.Length && command[path + 1] == _data && Path.GetFileName(command[0]) == Path.GetFileName(_packages.LocalClickHouse);
    }

    /// <summary>One process for a folder: that of a dead server ends by itself within a moment; if not, it is ended.</summary>
    private async Task EndLeftoverAsync(CancellationToken cancellation)
    {
        if (ProcessTable.Find(IsOurs).Count == 0) return;
        _logger.LogInformation("An earlier server left LocalClickHouse running on {Folder}; it is stopped first.", _data);
        foreach (var signal in (int[])[LibC.SigTerm, LibC.SigKill])
        {
            foreach (var process in ProcessTable.Find(IsOurs)) LibC.Kill(process, signal);
            if (await ProcessTable.WaitForNoneAsync(IsOurs, TimeSpan.FromSeconds(10), cancellation).ConfigureAwait(false)) return;
        }
        throw new EngineException(
            EngineErrorCodes.LeftoverProcess,
            $"LocalClickHouse of an earlier server still runs on {_data} and cannot be ended: {string.Join(", ", ProcessTable.Find(IsOurs))}.",
            "End it (kill, as its user or root), then start again.");
    }

    /// <summary>The runtime that this program runs on, wherever it lies; none of the addresses and settings meant for this program.</summary>
    private static Dictionary<string, string?> Variables()
    {
        var variables = new Dictionary<string, string?>();
        foreach (string name in Environment.GetEnvironmentVariables().Keys)
            if (name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase) || name is "URLS" or "HTTP_PORTS" or "HTTPS_PORTS" or "DOTNET_URLS") variables[name] = null;

        // .../shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var root = runtime is null ? null : Path.GetFullPath(Path.Combine(runtime, "../../.."));
        if (root is not null && File.Exists(Path.Combine(root, "dotnet"))) variables["DOTNET_ROOT"] = root;
        return variables;
    }
}
