using System.Globalization;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>A series' summary as ClickHouse computes it from the points.</summary>
/// <param name="Summary">The summary.</param>
/// <param name="Different">How many points differ from each other; fewer than there are rows if some are there twice.</param>
/// <param name="Magnitude">The sum of the values' magnitudes: what rounding errors of the sum are measured by.</param>
/// <param name="LastSeq">The greatest number of a point within its run.</param>
internal sealed record PointSummary(SeriesSummary Summary, long Different, double Magnitude, long LastSeq)
{
    // Sums depend on the order of addition.
    private const double Tolerance = 1e-9;

    /// <summary>How a stored summary differs from this one.</summary>
    /// <returns>Null if it does not.</returns>
    public string? Compare(SeriesSummary stored)
    {
        var faults = new List<string>();
        Expect("count", stored.Count, Summary.Count, stored.Count == Summary.Count);
        Expect("nanCount", stored.NanCount, Summary.NanCount, stored.NanCount == Summary.NanCount);
        Expect("sum", stored.Sum, Summary.Sum, IsNear(stored.Sum, Summary.Sum, Magnitude));
        var numbers = Summary.Count - Summary.NanCount;
        Expect("m2", stored.M2, Summary.M2, IsNear(stored.M2, Summary.M2, Math.Max(Math.Abs(Summary.M2), numbers == 0 ? 0 : Magnitude / numbers * Magnitude)));
        Expect("first", Text(stored.First), Text(Summary.First), IsSame(stored.First, Summary.First));
        Expect("last", Text(stored.Last), Text(Summary.Last), IsSame(stored.Last, Summary.Last));
        Expect("min", Text(stored.Min), Text(Summary.Min), IsSame(stored.Min, Summary.Min));
        Expect("max", Text(stored.Max), Text(Summary.Max), IsSame(stored.Max, Summary.Max));
        return faults.Count == 0 ? null : string.Join("; ", faults);

        void Expect(string what, object? found, object? expected, bool isSame)
        {
            if (!isSame)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{what} is {found} instead of {expected}"));
        }
    }

    private static bool IsNear(double left, double right, double magnitude) =>
        left.Equals(right) || (double.IsFinite(magnitude) ? Math.Abs(left - right) <= Tolerance * magnitude : !double.IsFinite(left) && !double.IsFinite(right));

    private static bool IsSame(PointStat? left, PointStat? right) =>
        left is null || right is null ? left is null && right is null : left.Value.Position == right.Value.Position && (left.Value.Value == right.Value.Value || (double.IsNaN(left.Value.Value) && double.IsNaN(right.Value.Value)));

    private static string Text(PointStat? stat) => stat is { } s
        ? string.Create(CultureInfo.InvariantCulture, $"{s.Value} at ({s.Position.Epoch}, {s.Position.Step}, {s.Position.Time})")
        : "none";
}
