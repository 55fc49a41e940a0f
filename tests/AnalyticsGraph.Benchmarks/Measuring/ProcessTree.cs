using System.Diagnostics;
using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>What a process and all that it started have consumed.</summary>
internal static class ProcessTree
{
    private const int TicksPerSecond = 100;

    /// <summary>User and system time of the process, and of its descendants, those that ended included.</summary>
    public static (TimeSpan Own, TimeSpan Descendants) ProcessorTime(int process)
    {
        var all = Process.GetProcesses().Select(p => Read(p.Id)).OfType<(int Id, int Parent, long Own, long Ended)>().ToLookup(p => p.Parent);
        var own = Read(process)!.Value;
        return (Time(own.Own), Time(own.Ended + all[process].Sum(Below)));

        long Below((int Id, int Parent, long Own, long Ended) p) => p.Own + p.Ended + all[p.Id].Sum(Below);
    }

    /// <summary>Bytes of memory of the process, and of its descendants: pages that several share are divided among them.</summary>
    public static (long Own, long Descendants) Memory(int process)
    {
        var children = Process.GetProcesses().Select(p => Read(p.Id)).OfType<(int Id, int Parent, long Own, long Ended)>().ToLookup(p => p.Parent, p => p.Id);
        return (Held(process), children[process].Sum(Below));

        long Below(int id) => Held(id) + children[id].Sum(Below);
    }

    private static long Held(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;
        }
        catch (IOException)
        {
            return 0; // It has ended.
        }
    }

    private static TimeSpan Time(long ticks) => TimeSpan.FromSeconds(ticks / (double)TicksPerSecond);

    private static (int Id, int Parent, long Own, long Ended)? Read(int process)
    {
        try
        {
            // The name, in brackets, may have spaces.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (process, (int)Number(fields[1]), Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14]));
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
