namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>A comparison: what its runs, or their groups, have at each position of one axis.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Positions">The positions where any run has a point, ascending.</param>
/// <param name="Series">What each run has, by metric, then in the order of runs.</param>
/// <param name="Groups">What each group has, by metric, then in the order of groups.</param>
internal sealed record ComparisonAnswer(ComparisonRequest Request, long[] Positions, ComparedSeries[] Series, ComparedGroup[] Groups);

/// <summary>What a run has of a metric.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Key">The metric.</param>
/// <param name="Count">How many points it has in the window.</param>
/// <param name="Counts">How many at each position.</param>
/// <param name="Values">What stands for them: null where there are none, NaN where none is finite.</param>
/// <param name="Smoothed">Those smoothed; null if that was not asked for.</param>
internal sealed record ComparedSeries(long RunId, string Key, long Count, long[] Counts, double?[] Values, double?[]? Smoothed);

/// <summary>What the runs of a group have of a metric.</summary>
/// <param name="Value">What they have in common; null for having none.</param>
/// <param name="Key">The metric.</param>
/// <param name="RunCounts">How many of them have a finite value at each position.</param>
/// <param name="Mean">The mean of those; null where no run has a point, NaN where none is finite. So are the others.</param>
/// <param name="Min">The least.</param>
/// <param name="Max">The greatest.</param>
/// <param name="StandardDeviation">Their sample standard deviation; null where there are fewer than two.</param>
/// <param name="Smoothed">The means smoothed; null if that was not asked for.</param>
internal sealed record ComparedGroup(string? Value, string Key, long[] RunCounts, double?[] Mean, double?[] Min, double?[] Max, double?[] StandardDeviation, double?[]? Smoothed);
