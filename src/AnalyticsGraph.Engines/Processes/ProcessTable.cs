using System.Globalization;
using System.Text;

namespace AnalyticsGraph.Engines.Processes;

/// <summary>Reads /proc: which processes run and by what command line. Command lines are readable for every user, other facts are not (containers).</summary>
internal static class ProcessTable
{
    /// <summary>The words of a process's command line; empty where it is gone or a zombie. A process may overwrite them (PostgreSQL's children do).</summary>
    internal static string[] CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline", Encoding.UTF8).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>All processes but this one whose command line fits.</summary>
    internal static List<int> Find(Func<string[], bool> fits)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && process != Environment.ProcessId && fits(CommandLine(process))) found.Add(process);
        }
        return found;
    }

    /// <summary>Waits until no process fits any more; false when the time is over.</summary>
    internal static async Task<bool> WaitForNoneAsync(Func<string[], bool> fits, TimeSpan limit, CancellationToken cancellation)
    {
        var end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (Find(fits).Count > 0)
        {
            if (Environment.TickCount64 > end) return false;
            await Task.Delay(20, cancellation).ConfigureAwait(false);
        }
        return true;
    }
}
