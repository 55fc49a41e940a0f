using System.Globalization;
using System.Runtime;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>What a process consumed since its start.</summary>
/// <param name="ProcessorTime">User and system time of all its threads: the kernel's utime and stime, in microseconds instead of ticks.</param>
/// <param name="AllocatedBytes">What was allocated on the managed heap.</param>
/// <param name="CompiledMethods">How many methods the JIT compiled, recompilations by a higher tier included.</param>
internal readonly record struct Consumption(TimeSpan ProcessorTime, long AllocatedBytes, long CompiledMethods)
{
    public static Consumption OfThisProcess() => new(Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true), JitInfo.GetCompiledMethodCount());

    public static Consumption Parse(string text)
    {
        var parts = text.Split(' ');
        return new(TimeSpan.FromTicks(Number(parts[0])), Number(parts[1]), Number(parts[2]));
    }

    public static Consumption operator -(Consumption left, Consumption right) =>
        new(left.ProcessorTime - right.ProcessorTime, left.AllocatedBytes - right.AllocatedBytes, left.CompiledMethods - right.CompiledMethods);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessorTime.Ticks} {AllocatedBytes} {CompiledMethods}");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
