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
        var folder = HostFolder.Find();
        using var gate = await folder.EnterGateAsync();
        var lease = LibC.Open(folder.Leases);
        if (!LibC.TryLockShared(lease)) throw new InvalidOperationException($"{folder.Leases} is locked by a process that does not hold the gate.");
        if (!folder.HostLives()) await StartHostAsync(folder);
        var address = folder.ReadAddress() ?? throw new InvalidOperationException($"The host of the test engines has no address; see {folder.Log}.");
        return new SharedEngines(folder.Path, address, lease);
    }

    private static async Task StartHostAsync(HostFolder folder)
    {
        folder.Withdraw();
        HostPrograms.CopyTo(folder.Programs);
        using var host = Process.Start(Describe(folder))!;
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

    private static ProcessStartInfo Describe(HostFolder folder)
    {
        var command = HostPrograms.Command(folder.Programs, "host", folder.Path, HostPrograms.Packages());
        if (ProgramPath.Find("setsid") is { } setsid) command = [setsid, .. command];
        return new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder.Path, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
    }
}
