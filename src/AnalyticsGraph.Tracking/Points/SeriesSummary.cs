namespace AnalyticsGraph.Tracking.Points;

/// <summary>A value and where it stands.</summary>
/// <param name="Position">Where.</param>
/// <param name="Value">The value.</param>
public readonly record struct PointStat(PointPosition Position, double Value);

/// <summary>
/// The exact summary of a series, as a row of <c>run_metric</c> holds it. It does not depend on the order in which points are added, but for rounding of <see cref="Sum"/>
/// and <see cref="M2"/>. NaN values count in <see cref="Count"/> and <see cref="NanCount"/> alone; the infinities are numbers (they make the sum infinite or NaN, and the deviation NaN).
/// </summary>
public sealed class SeriesSummary
{
    /// <summary>The number of points, NaN included.</summary>
    public long Count { get; internal set; }

    /// <summary>How many values are NaN.</summary>
    public long NanCount { get; internal set; }

    /// <summary>The sum of the others.</summary>
    public double Sum { get; internal set; }

    /// <summary>The sum of their squared deviations from their mean.</summary>
    public double M2 { get; internal set; }

    /// <summary>The least point by epoch, step, time and value, where NaN compares as 0 (and, all else equal, after it).</summary>
    public PointStat First { get; internal set; }

    /// <summary>The greatest point by epoch, step, time and value, where NaN compares as 0 (and, all else equal, yields to it).</summary>
    public PointStat Last { get; internal set; }

    /// <summary>The smallest value, at the least position that has it; null while all are NaN.</summary>
    public PointStat? Min { get; internal set; }

    /// <summary>The largest value, at the least position that has it; null while all are NaN.</summary>
    public PointStat? Max { get; internal set; }

    /// <summary>The mean of the values that are not NaN; null if there are none.</summary>
    public double? Mean => Count > NanCount ? Sum / (Count - NanCount) : null;

    /// <summary>Their sample standard deviation; null if there are fewer than two.</summary>
    public double? StandardDeviation => Count - NanCount > 1 ? Math.Sqrt(M2 / (Count - NanCount - 1)) : null;

    /// <summary>Adds a point that the series did not have.</summary>
    /// <param name="point">The point.</param>
    public void Add(in SeriesPoint point)
    {
        var stat = new PointStat(point.Position, point.Value);
        if (Count == 0 || Compare(stat, First) < 0 || IsNumberInsteadOfNaN(stat, First))
            First = stat;
        if (Count == 0 || Compare(stat, Last) > 0 || IsNumberInsteadOfNaN(stat, Last))
            Last = stat;
        Count++;
        if (double.IsNaN(point.Value))
        {
            NanCount++;
            return;
        }

        // Welford's update, with the mean taken from the sum.
        var numbers = Count - NanCount;
        var before = numbers > 1 ? Sum / (numbers - 1) : 0;
        Sum += point.Value;
        if (numbers > 1)
            M2 += (point.Value - before) * (point.Value - (Sum / numbers));
        else if (!double.IsFinite(point.Value))
            M2 = double.NaN;

        if (Min is not { } min || point.Value < min.Value || (point.Value == min.Value && stat.Position < min.Position))
            Min = stat;
        if (Max is not { } max || point.Value > max.Value || (point.Value == max.Value && stat.Position < max.Position))
            Max = stat;
    }

    private static int Compare(in PointStat left, in PointStat right)
    {
        var order = left.Position.CompareTo(right.Position);
        return order != 0 ? order : AsNumber(left.Value).CompareTo(AsNumber(right.Value));
    }

    // 0 and NaN at one position compare equal: the number stands for both, whichever came first.
    private static bool IsNumberInsteadOfNaN(in PointStat candidate, in PointStat present) =>
        double.IsNaN(present.Value) && !double.IsNaN(candidate.Value) && Compare(candidate, present) == 0;

    private static double AsNumber(double value) => double.IsNaN(value) ? 0 : value;
}
