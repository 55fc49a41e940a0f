using System.Security.Cryptography;
using System.Text.Json;
using AnalyticsGraph.Engines.Data;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Win32.SafeHandles;

namespace AnalyticsGraph.TestEngines;

/// <summary>
/// The folder through which test processes find their common host. Three files carry locks, which the kernel gives free however a
/// process ends: <c>gate</c> (exclusive: who joins, starts or ends the host), <c>leases</c> (shared: each test process, as long as
/// it lives), <c>host</c> (exclusive: the host, as long as it lives). Its name is a hash of the programs: another build has another host.
/// </summary>
internal sealed record HostFolder(string Path)
{
    private static readonly TimeSpan GateLimit = TimeSpan.FromMinutes(5);

    internal string Programs => In("bin");

    internal string Data => In("data");

    internal string Log => In("host.log");

    internal string Gate => In("gate");

    internal string Leases => In("leases");

    internal string Host => In("host");

    private string Address => In("address.json");

    /// <summary>The folder for the programs in this test project's output.</summary>
    internal static HostFolder Find()
    {
        var mine = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ag-tests-{LibC.EffectiveUser}");
        Directory.CreateDirectory(mine, FileModes.PassThrough);
        if (LibC.Facts(mine) is not { IsFolder: true, OthersMayWrite: false } facts || facts.Owner != LibC.EffectiveUser)
            throw new InvalidOperationException($"{mine} belongs to another user: delete it, or set TMPDIR.");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in HostPrograms.Files()) hash.AppendData(File.ReadAllBytes(System.IO.Path.Combine(HostPrograms.Source, file)));
        var folder = new HostFolder(System.IO.Path.Combine(mine, Convert.ToHexStringLower(hash.GetHashAndReset())[..12]));
        Directory.CreateDirectory(folder.Path, FileModes.PassThrough);
        return folder;
    }

    internal async Task<SafeFileHandle> EnterGateAsync()
    {
        var end = Environment.TickCount64 + (long)GateLimit.TotalMilliseconds;
        var gate = LibC.Open(Gate);
        while (!LibC.TryLock(gate))
        {
            if (Environment.TickCount64 > end) throw new TimeoutException($"The test engines' gate {Gate} was not free within {GateLimit}; see {Log}.");
            await Task.Delay(20);
        }
        return gate;
    }

    /// <summary>Ends and deletes what killed hosts of other builds left beside this folder. The lock files stay: one that is open must not become two.</summary>
    internal async Task ClearAbandonedAsync()
    {
        foreach (var other in Directory.EnumerateDirectories(System.IO.Path.GetDirectoryName(Path)!).Select(path => new HostFolder(path)))
        {
            if (other == this || !Directory.Exists(other.Data)) continue;
            using var gate = LibC.Open(other.Gate);
            if (!LibC.TryLock(gate) || other.HostLives()) continue;
            bool BelongsThere(string[] command) => command.Contains(System.IO.Path.Combine(other.Data, "postgres")) || command.Contains(System.IO.Path.Combine(other.Data, "clickhouse"));
            foreach (var signal in (int[])[LibC.SigInt, LibC.SigKill])
            {
                foreach (var process in ProcessTable.Find(BelongsThere)) LibC.Kill(process, signal);
                if (await ProcessTable.WaitForNoneAsync(BelongsThere, TimeSpan.FromSeconds(5), default)) break;
            }
            Directory.Delete(other.Data, recursive: true);
            if (Directory.Exists(other.Programs)) Directory.Delete(other.Programs, recursive: true);
        }
    }

    internal bool HostLives()
    {
        using var file = LibC.Open(Host);
        return !LibC.TryLock(file);
    }

    internal void Publish(HostAddress address)
    {
        File.WriteAllText($"{Address}.new", JsonSerializer.Serialize(address));
        File.Move($"{Address}.new", Address, overwrite: true);
    }

    internal void Withdraw() => File.Delete(Address);

    internal HostAddress? ReadAddress() => File.Exists(Address) ? JsonSerializer.Deserialize<HostAddress>(File.ReadAllText(Address)) : null;

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

/// <summary>Where the host's engines listen.</summary>
internal sealed record HostAddress(int Process, string Postgres, string ClickHouse);
