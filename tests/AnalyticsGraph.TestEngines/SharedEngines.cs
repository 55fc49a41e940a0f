using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Win32.SafeHandles;

namespace AnalyticsGraph.TestEngines;

/// <summary>A test process's part in the shared engines: joined once, left when the process ends.</summary>
internal sealed class SharedEngines : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly Lazy<Task<SharedEngines>> Joined = new(() => Task.Run(() => JoinAsync(HostFolder.Find(), Grace)));

    /// <summary>A test process keeps it: the kernel gives the lease free when the process ends.</summary>
    private readonly SafeFileHandle _lease;

    private SharedEngines(string folder, HostAddress address, SafeFileHandle lease)
    {
        _lease = lease;
        Folder = folder;
        HostProcess = address.Process;
        Postgres = address.Postgres;
        ClickHouse = address.ClickHouse;
    }

    internal string Folder { get; }

    internal int HostProcess { get; }

    internal string Postgres { get; }

    internal string ClickHouse { get; }

    internal static Task<SharedEngines> JoinAsync() => Joined.Value;

    /// <param name="folder">Where the host is found, or started.</param>
    /// <param name="grace">How long a host that is started here outlives its last lease.</param>
    internal static async Task<SharedEngines> JoinAsync(HostFolder folder, TimeSpan grace)
    {
        using var gate = await folder.EnterGateAsync();
        var lease = LibC.Open(folder.Leases);
        if (!LibC.TryLockShared(lease)) throw new InvalidOperationException($"{folder.Leases} is locked by a process that does not hold the gate.");
        if (!folder.HostLives()) await StartHostAsync(folder, grace);
        var address = folder.ReadAddress() ?? throw new InvalidOperationException($"The host of the test engines has no address; see {folder.Log}.");
        return new SharedEngines(folder.Path, address, lease);
    }

    /// <summary>Gives the lease free.</summary>
    public void Dispose() => _lease.Dispose();

    private static async Task StartHostAsync(HostFolder folder, TimeSpan grace)
    {
        folder.Withdraw();
        HostPrograms.CopyTo(folder.Programs);
        using var host = Process.Start(Describe(folder, grace))!;
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

    private static ProcessStartInfo Describe(HostFolder folder, TimeSpan grace)
    {
        var command = HostPrograms.Command(folder.Programs, "host", folder.Path, HostPrograms.Packages(), grace.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        if (ProgramPath.Find("setsid") is { } setsid) command = [setsid, .. command];
        return Command.Describe(command, folder.Path, []);
    }
}
