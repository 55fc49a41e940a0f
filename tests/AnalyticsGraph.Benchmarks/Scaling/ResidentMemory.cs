using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>Memory of a process, as the kernel counts it.</summary>
/// <param name="Now">Bytes resident.</param>
/// <param name="Most">The most since it was taken before.</param>
internal readonly record struct ResidentMemory(long Now, long Most)
{
    /// <summary>Where a child tells it.</summary>
    public const string Path = "/resident";

    /// <summary>This process's; the most begins anew.</summary>
    public static ResidentMemory Take()
    {
        var status = File.ReadLines("/proc/self/status").Select(line => line.Split([':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).ToDictionary(words => words[0]);
        File.WriteAllText("/proc/self/clear_refs", "5");
        return new(Kibibytes("VmRSS"), Kibibytes("VmHWM"));

        long Kibibytes(string name) => long.Parse(status[name][1], CultureInfo.InvariantCulture) << 10;
    }

    public static ResidentMemory Parse(string text)
    {
        var parts = text.Split(' ');
        return new(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Now} {Most}");
}
