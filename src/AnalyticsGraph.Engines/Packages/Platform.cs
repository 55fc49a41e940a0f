using System.Runtime.InteropServices;
using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.Engines.Packages;

/// <summary>Where the engine packages run: linux-x64, glibc 2.27 or later (what libchdb was linked with; PostgreSQL needs 2.25).</summary>
internal static class Platform
{
    private static readonly Version OldestGlibc = new(2, 27);

    internal static void Require() => Require(OperatingSystem.IsLinux(), RuntimeInformation.OSArchitecture, OperatingSystem.IsLinux() ? LibC.GlibcVersion() : null);

    internal static void Require(bool linux, Architecture architecture, string? glibc)
    {
        if (!linux || architecture != Architecture.X64) throw Unsupported($"this machine is {RuntimeInformation.OSDescription} on {architecture}");
        if (glibc is null) throw Unsupported("this system's C library is not glibc (Alpine and other musl systems)");
        if (Version.TryParse(glibc, out var version) && version < OldestGlibc) throw Unsupported($"this system's glibc is {glibc}");
    }

    private static EngineException Unsupported(string found) => new(
        EngineErrorCodes.PlatformUnsupported,
        $"The embedded PostgreSQL and ClickHouse run on 64-bit x86 Linux with glibc {OldestGlibc} or later; {found}.",
        "Set ConnectionStrings:Postgres and ConnectionStrings:ClickHouse to running servers (docker-compose.yml starts both).");
}
