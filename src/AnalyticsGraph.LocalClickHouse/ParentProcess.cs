using System.Globalization;

namespace AnalyticsGraph.LocalClickHouse;

/// <summary>Notices that the process which started this one is gone, even when it was killed.</summary>
internal static class ParentProcess
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Calls <paramref name="gone"/> once the process has ended, or when its id has passed to another.</summary>
    internal static IDisposable Watch(int id, Action gone)
    {
        var born = StartOf(id);
        return new Timer(_ =>
        {
            if (born is null || StartOf(id) != born) gone();
        }, null, TimeSpan.Zero, Interval);
    }

    // Field 22 of /proc/ID/stat, counted after the name, which may itself hold blanks and parentheses; a zombie counts as gone.
    private static string? StartOf(int id)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
