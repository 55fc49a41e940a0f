using System.Globalization;
using System.Text;

namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>What a run found.</summary>
internal sealed record FuzzReport(string Name, long Tried, TimeSpan Elapsed, IReadOnlyList<FuzzFailure> Failures, FuzzTime Slowest, MemoryUse Before, MemoryUse After, string Remarks)
{
    private const long Mebibyte = 1 << 20;

    /// <summary>Whether memory grew by more than what documents kept planned and the collector's choices explain.</summary>
    public bool HasGrown => After.Heap > (Before.Heap * 5 / 4) + (32 * Mebibyte) || After.Resident > (Before.Resident * 3 / 2) + (64 * Mebibyte);

    public bool IsSound => Failures.Count == 0 && !HasGrown;

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var failure in Failures.Take(10))
        {
            text.AppendLine(failure.ToString());
        }

        text.Append(CultureInfo.InvariantCulture, $"{Tried} {Name} in {Elapsed.TotalSeconds:0} s; {Failures.Count} failures; slowest {Slowest.Took.TotalMilliseconds:0.0} ms (number {Slowest.Number}); ");
        text.Append(CultureInfo.InvariantCulture, $"heap {Before.Heap / Mebibyte} -> {After.Heap / Mebibyte} MiB, resident {Before.Resident / Mebibyte} -> {After.Resident / Mebibyte} MiB{(HasGrown ? ": memory grew" : "")}; {Remarks}");
        return text.ToString();
    }
}
