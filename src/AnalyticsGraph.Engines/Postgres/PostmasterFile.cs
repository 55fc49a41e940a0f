using System.Globalization;

namespace AnalyticsGraph.Engines.Postgres;

/// <summary>PostgreSQL's own <c>postmaster.pid</c>: line 1 is the process, line 8 its state (PostgreSQL 10 and later).</summary>
/// <param name="Process">The process that wrote it; it may be gone, and its number another's.</param>
/// <param name="Status">starting, ready, standby, stopping, or empty.</param>
internal readonly record struct PostmasterFile(int Process, string Status)
{
    internal static string In(string data) => Path.Combine(data, "postmaster.pid");

    /// <summary>Null: no such file, or it is being written.</summary>
    internal static PostmasterFile? Read(string data)
    {
        try
        {
            var lines = File.ReadAllText(In(data)).Split('\n');
            return int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                ? new PostmasterFile(process, lines.Length > 7 ? lines[7].Trim() : "")
                : null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
