using System.Collections.Concurrent;
using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>What happened how often, and what must not have happened at all.</summary>
internal sealed class SoakCounts
{
    private readonly ConcurrentDictionary<string, long> _counts = [];
    private readonly ConcurrentDictionary<string, long> _faults = [];

    /// <summary>What must not have happened, with how often it did.</summary>
    public IEnumerable<string> Faults => Lines(_faults);

    public void Add(string what, long count = 1) => _counts.AddOrUpdate(what, count, (_, known) => known + count);

    public void Fault(string what) => _faults.AddOrUpdate(what, 1, (_, known) => known + 1);

    /// <summary>Counts an answer by its status; from 500 on it is a fault.</summary>
    public void Answered(int status)
    {
        Add($"answered {status}");
        if (status >= 500)
        {
            Fault($"an answer of {status}");
        }
    }

    public override string ToString() => string.Join(", ", Lines(_counts));

    private static IEnumerable<string> Lines(ConcurrentDictionary<string, long> counts) =>
        counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key}: {count.Value}"));
}
