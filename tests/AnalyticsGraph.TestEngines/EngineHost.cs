using AnalyticsGraph.Engines;
using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.TestEngines;

/// <summary>The process that owns the shared engines: it lives while a test process holds a lease, and a little longer for the next one.</summary>
internal static class EngineHost
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    internal static async Task<int> RunAsync(HostFolder folder, string packages, TimeSpan grace)
    {
        using var log = new FileLogger(folder.Log);
        try
        {
            using var alive = LibC.Open(folder.Host);
            if (!LibC.TryLock(alive)) throw new InvalidOperationException("Another host lives.");
            await folder.ClearAbandonedAsync();
            await using (var engines = await EmbeddedEngines.StartAsync(Options(folder, packages), log))
            {
                folder.Publish(new HostAddress(Environment.ProcessId, engines.PostgresConnectionString, engines.ClickHouseConnectionString));
                using var gate = await UnusedAsync(folder, grace);
                // The gate stays closed until all is gone: who comes now waits, and starts a new host.
                folder.Withdraw();
                await engines.DisposeAsync();
                Directory.Delete(folder.Data, recursive: true);
                Directory.Delete(folder.Programs, recursive: true);
            }
            return 0;
        }
        catch (Exception e)
        {
            log.Write(e.ToString());
            return 1;
        }
    }

    private static EngineOptions Options(HostFolder folder, string packages) => new()
    {
        DataDirectory = folder.Data,
        PackagesDirectory = packages,
        // Thrown away after the run. The rest is as users have it.
        PostgresSettings = new Dictionary<string, string> { ["fsync"] = "off", ["full_page_writes"] = "off", ["max_connections"] = "300" },
    };

    /// <summary>Ends when no lease was held for the grace time, with the gate held.</summary>
    private static async Task<IDisposable> UnusedAsync(HostFolder folder, TimeSpan grace)
    {
        var unused = TimeSpan.Zero;
        while (true)
        {
            await Task.Delay(Tick);
            var gate = LibC.Open(folder.Gate);
            if (LibC.TryLock(gate) && NoLease(folder))
            {
                unused += Tick;
                if (unused >= grace) return gate;
            }
            else
            {
                unused = TimeSpan.Zero;
            }
            gate.Dispose();
        }
    }

    private static bool NoLease(HostFolder folder)
    {
        using var leases = LibC.Open(folder.Leases);
        return LibC.TryLock(leases);
    }
}
