using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>Who is killed.</summary>
public enum Victim
{
    Server,
    Postgres,
    ClickHouse,
}

/// <summary>The engines' processes of one data folder, found without the server's help.</summary>
internal static class EngineProcesses
{
    /// <summary>Waits for an engine to be there, then kills it.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="victim">Which engine.</param>
    /// <param name="delay">How long it may live yet.</param>
    /// <param name="owner">Whose engine it is; where that ends first nobody is killed.</param>
    /// <returns>Whether one was killed.</returns>
    public static async Task<bool> KillAsync(string data, Victim victim, TimeSpan delay, ServerProcess owner)
    {
        while (Find(data, victim) is null)
        {
            if (owner.HasExited)
            {
                return false;
            }

            await Task.Delay(5);
        }

        await Task.Delay(delay);
        return Kill(data, victim);
    }

    /// <summary>Kills an engine now.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Kill(string data, Victim victim) => Find(data, victim) is { } id && Kill(id);

    /// <summary>Kills what still works on the folder, and waits for its end.</summary>
    public static async Task KillLeftAsync(string data)
    {
        while (Left(data) is { Count: > 0 } left)
        {
            left.ForEach(id => Kill(id));
            await Task.Delay(50);
        }
    }

    /// <summary>The numbers of all processes that still work on the folder.</summary>
    public static List<int> Left(string data) => [.. new[] { Find(data, Victim.Postgres), Find(data, Victim.ClickHouse) }.OfType<int>()];

    /// <returns>Whether there was such a process yet.</returns>
    private static bool Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static int? Find(string data, Victim victim) => victim == Victim.Postgres ? Postmaster(data) : ClickHouse(data);

    // PostgreSQL may have been told its folder in a roundabout way, so its own file is believed, and checked.
    private static int? Postmaster(string data)
    {
        var file = Path.Combine(data, "postgres", "postmaster.pid");
        try
        {
            return int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) && CommandLine(id).Any(word => word.StartsWith("cluster_name=ag-", StringComparison.Ordinal))
                ? id
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int? ClickHouse(string data)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && CommandLine(id) is { Length: > 2 } words
                && Array.IndexOf(words, "--path") is > 0 and var at && at + 1 < words.Length && words[at + 1] == Path.Combine(data, "clickhouse"))
            {
                return id;
            }
        }

        return null;
    }

    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
