using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Mixed;

/// <summary>What the server and its engines hold at a moment.</summary>
/// <param name="Server">Bytes of the server's memory.</param>
/// <param name="Engines">Bytes of the engines' memory: PostgreSQL's processes and ClickHouse's.</param>
/// <param name="Waiting">Bytes that wait for ClickHouse.</param>
/// <param name="Parts">Parts of the table that has most of them.</param>
internal readonly record struct MixedSample(long Server, long Engines, long Waiting, long Parts)
{
    /// <summary>Where the child tells what waits, and how many parts there are.</summary>
    public static (long Waiting, long Parts) Parse(string text)
    {
        var parts = text.Split(' ');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
