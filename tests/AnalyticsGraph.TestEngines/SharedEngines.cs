using System.Diagnostics;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Win32.SafeHandles;

namespace AnalyticsGraph.TestEngines;

/// <summary>A test process's part in the shared engines: joined once, left when the process ends.</summary>
internal sealed class SharedEngines
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<SharedEngines>> Joined = new(() => Task.Run(FindOrStartAsync));

    /// <summary>Never disposed: the kernel gives the lease free when this process ends.</summary>
    private readonly SafeFileHandle _lease;

    private SharedEngines(string folder, HostAddress address, SafeFileHandle lease)
    {
        _lease = lease;
        Folder = folder;
        Postgres = address.Postgres;
        ClickHouse = address.ClickHouse;
    }

    internal string Folder { get; }

    internal string Postgres { get; }

    internal string ClickHouse { get; }

    internal static Task<SharedEngines> JoinAsync() => Joined.Value;

    private static async Task<SharedEngines> FindOrStartAsync()
    {
        var programs = Path.GetDirectoryName(typeof(SharedEngines).Assembly.Location)!;
        var folder = HostFolder.For(programs);
        using var gate = await folder.EnterGateAsync();
        var lease = LibC.Open(folder.Leases);
        if (!LibC.TryLockShared(lease)) throw new InvalidOperationException($"{folder.Leases} is locked by a process that does not hold the gate.");
        if (!folder.HostLives()) await StartHostAsync(folder, programs);
        var address = folder.ReadAddress() ?? throw new InvalidOperationException($"The host of the test engines has no address; see {folder.Log}.");
        return new SharedEngines(folder.Path, address, lease);
    }

    private static async Task StartHostAsync(HostFolder folder, string programs)
    {
        folder.Withdraw();
        Copy(programs, folder.Programs);
        using var host = Process.Start(Describe(folder, programs))!;
        // Its outputs go nowhere: an inherited one would keep the pipe of `dotnet test` open after the tests. It writes host.log.
        host.StandardInput.Close();
        host.StandardOutput.Close();
        host.StandardError.Close();
        var end = Environment.TickCount64 + (long)StartLimit.TotalMilliseconds;
        while (folder.ReadAddress() is null)
        {
            if (host.HasExited) throw new InvalidOperationException($"The host of the test engines ended while it started. {folder.Log}:\n{await File.ReadAllTextAsync(folder.Log)}");
            if (Environment.TickCount64 > end) throw new TimeoutException($"The host of the test engines did not start within {StartLimit}; see {folder.Log}.");
            await Task.Delay(10);
        }
    }

    private static ProcessStartInfo Describe(HostFolder folder, string programs)
    {
        string[] command = [Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet"), Path.Combine(folder.Programs, "AnalyticsGraph.TestEngines.dll"), folder.Path, EnginesFolder(programs)];
        if (ProgramPath.Find("setsid") is { } setsid) command = [setsid, .. command];
        return new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder.Path, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
    }

    /// <summary>The packages are found from the test project's output; the host runs elsewhere and is told.</summary>
    private static string EnginesFolder(string programs)
    {
        if (Environment.GetEnvironmentVariable("ANALYTICSGRAPH_ENGINES") is { Length: > 0 } named) return Path.GetFullPath(named);
        for (var folder = new DirectoryInfo(programs); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "engines");
            if (Directory.Exists(Path.Combine(candidate, "node_modules"))) return candidate;
        }
        throw new InvalidOperationException($"engines/node_modules was not found above {programs}: build again, or run 'node engines/restore.mjs'.");
    }

    private static void Copy(string programs, string target)
    {
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        foreach (var file in HostFolder.ProgramFiles(programs))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, file))!);
            File.Copy(Path.Combine(programs, file), Path.Combine(target, file));
        }
        // Without a .deps.json the runtime takes what lies in the folder.
        File.WriteAllText(Path.Combine(target, "AnalyticsGraph.TestEngines.runtimeconfig.json"), """{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" } } }""");
    }
}
