namespace AnalyticsGraph.Tracking.Points;

/// <summary>A series: what a summary is kept for.</summary>
/// <param name="RunId">The run's internal id.</param>
/// <param name="Scope">What its points describe.</param>
/// <param name="Key">The metric's key.</param>
/// <param name="Label">The label, empty for the total.</param>
/// <param name="Rank">The worker that reports it.</param>
public readonly record struct SeriesKey(long RunId, MetricScope Scope, string Key, string Label, int Rank)
{
    /// <summary>What it is called where something is wrong with it.</summary>
    internal string Subject => $"run {RunId} {Scope.Name()} '{Key}'{(Label.Length > 0 ? $" label '{Label}'" : "")}{(Rank != 0 ? $" rank {Rank}" : "")}";
}

/// <summary>A place in a series. Ordered by epoch, then step, then time.</summary>
/// <param name="Epoch">The epoch for points of batches, else 0.</param>
/// <param name="Step">The step.</param>
/// <param name="Time">Milliseconds since 1970 in UTC.</param>
public readonly record struct PointPosition(long Epoch, long Step, long Time) : IComparable<PointPosition>
{
    /// <inheritdoc />
    public int CompareTo(PointPosition other)
    {
        var order = Epoch.CompareTo(other.Epoch);
        if (order == 0)
            order = Step.CompareTo(other.Step);
        return order != 0 ? order : Time.CompareTo(other.Time);
    }

    /// <summary>Whether it stands before the other.</summary>
    public static bool operator <(PointPosition left, PointPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether it stands after the other.</summary>
    public static bool operator >(PointPosition left, PointPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether it stands before the other or at the same place.</summary>
    public static bool operator <=(PointPosition left, PointPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether it stands after the other or at the same place.</summary>
    public static bool operator >=(PointPosition left, PointPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// An observation within a series. Two that are equal in everything are one point; NaN equals NaN here, and 0 equals -0, as <see cref="double.Equals(double)"/> has it.
/// </summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Value">The value.</param>
/// <param name="ModelId">The logged model it is about, 0 for none.</param>
/// <param name="DatasetId">The dataset it was measured on, 0 for none.</param>
public readonly record struct SeriesPoint(PointPosition Position, double Value, long ModelId = 0, long DatasetId = 0);

/// <summary>An observation with its series.</summary>
/// <param name="Series">The series.</param>
/// <param name="Point">The observation.</param>
public readonly record struct MetricPoint(SeriesKey Series, SeriesPoint Point);

/// <summary>An observation as ClickHouse has it.</summary>
/// <param name="Point">The observation.</param>
/// <param name="Seq">The how-many-th of its run it is; given once.</param>
/// <param name="GroupId">The group that it came by.</param>
internal readonly record struct StoredPoint(MetricPoint Point, long Seq, long GroupId);
