using System.Runtime.InteropServices;

namespace AnalyticsGraph.LocalClickHouse.Native;

/// <summary>
/// Keeps libchdb away from the signals .NET needs. The engine takes SIGRTMIN while it starts, for its stack traces, even
/// with its handlers switched off; the runtime's GC suspends threads with the same signal, and <c>GC.Collect</c> then takes
/// seconds. So the disposition is saved before the first connection and put back after it.
/// </summary>
internal static unsafe partial class SignalGuard
{
    /// <summary>SIGRTMIN as glibc shows it (32 and 33 are its own).</summary>
    internal const int RealTimeMinimum = 34;

    // struct sigaction is 152 bytes on Linux x64 and arm64; the spare room costs nothing.
    private const int SigactionSize = 256;

    /// <summary>Runs <paramref name="start"/>, the engine's first connection, and restores the runtime's signal afterwards.</summary>
    internal static T Around<T>(Func<T> start)
    {
        Chdb.SetSignalHandlersEnabled(0);
        var saved = stackalloc byte[SigactionSize];
        Check(Sigaction(RealTimeMinimum, null, saved));
        try
        {
            return start();
        }
        finally
        {
            Check(Sigaction(RealTimeMinimum, saved, null));
        }
    }

    /// <summary>The address of the handler of SIGRTMIN now in force; lets a test see that it stays the runtime's.</summary>
    internal static nint CurrentHandler()
    {
        var now = stackalloc byte[SigactionSize];
        Check(Sigaction(RealTimeMinimum, null, now));
        return *(nint*)now;
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new StartupException(ExitCode.EngineFailed, $"sigaction({RealTimeMinimum}) failed with errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int Sigaction(int signal, byte* action, byte* old);
}
