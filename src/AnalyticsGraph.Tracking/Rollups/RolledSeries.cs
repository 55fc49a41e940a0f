using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Rollups;

/// <summary>A series and how far its rollups are.</summary>
/// <param name="Key">The series.</param>
/// <param name="ExperimentId">Its run's experiment.</param>
/// <param name="Points">How many points it has.</param>
/// <param name="FirstStep">Its least step.</param>
/// <param name="LastStep">Its greatest step.</param>
/// <param name="RunSeq">How many points its run has; all of them are acknowledged.</param>
/// <param name="RunRemoved">How many points of its run were taken away.</param>
/// <param name="Built">Up to which of the run's points its rollups have them; null if there are none.</param>
internal sealed record RolledSeries(SeriesKey Key, long ExperimentId, long Points, long FirstStep, long LastStep, long RunSeq, long RunRemoved, RollupState? Built)
{
    /// <summary>Each width is so many times the one before.</summary>
    public const long Factor = 4;

    private const long LeastWidth = 128;
    private const long FewestBuckets = 32;

    /// <summary>The widths that its rollups should have; a width that was built once stays, because rows of it that are no longer brought up to date would be wrong later.</summary>
    /// <param name="pointsPerBucket">How many points a bucket should have on average.</param>
    public (long Least, long Greatest) Widths(int pointsPerBucket)
    {
        var range = (double)LastStep - FirstStep + 1;
        var least = Built?.LeastWidth ?? LeastWidth;
        while (Built is null && least * (Points / range) < pointsPerBucket && least < long.MaxValue / Factor / Factor)
        {
            least *= Factor;
        }

        var greatest = Built?.GreatestWidth ?? least;
        while (greatest < range / FewestBuckets / Factor && greatest < long.MaxValue / Factor / Factor)
        {
            greatest *= Factor;
        }

        return (least, greatest);
    }
}

/// <summary>How far the rollups of a series are: a row of <c>run_metric_rollup</c>.</summary>
/// <param name="Seq">Of the run's points, the first so many are in.</param>
/// <param name="LeastWidth">The least width.</param>
/// <param name="GreatestWidth">The greatest.</param>
internal sealed record RollupState(long Seq, long LeastWidth, long GreatestWidth);
