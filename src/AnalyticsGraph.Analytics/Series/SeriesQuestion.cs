namespace AnalyticsGraph.Analytics.Series;

/// <summary>One <c>series</c> field of the plan, asked for the runs of its batch that have the metric.</summary>
/// <param name="Request">The arguments.</param>
/// <param name="Fields">What is selected.</param>
/// <param name="Runs">The runs, without repeats.</param>
internal sealed record SeriesQuestion(SeriesRequest Request, SeriesFields Fields, IReadOnlyList<SeriesRun> Runs)
{
    private bool Thinned => Request.Sampling.Kind != SamplingKind.None;

    /// <summary>Whether points or buckets are read.</summary>
    public bool NeedsPoints => (Fields & SeriesFields.Points) != 0 || (!Thinned && Fields.HasFlag(SeriesFields.NonFinite));

    /// <summary>Whether the number of points must be counted over the points; without a window the run's summary knows it.</summary>
    public bool NeedsCount => Fields.HasFlag(SeriesFields.Count) && HasWindow;

    /// <summary>Whether points that are not finite are read beside the thinned ones.</summary>
    public bool NeedsNonFinite => Thinned && Fields.HasFlag(SeriesFields.NonFinite);

    /// <summary>Whether all points are read to smooth them before thinning.</summary>
    public bool NeedsAllForSmoothing => Thinned && Fields.HasFlag(SeriesFields.Smoothed) && Request.Smoothing is not null;

    /// <summary>Whether a run's points are chosen here and not in ClickHouse: where that must be, and where all are read anyway. (Buckets are no points.)</summary>
    /// <param name="run">The run.</param>
    public bool ChoosesHere(SeriesRun run) => run.IsChosenHere || (NeedsAllForSmoothing && Request.Sampling.Kind != SamplingKind.Bucket);

    /// <summary>Whether the numbers of buckets are read.</summary>
    public bool NeedsBuckets => Request.Sampling.Kind == SamplingKind.Bucket && Fields.HasFlag(SeriesFields.Buckets);

    /// <summary>Whether all points of the window are read, one by one.</summary>
    public bool ReadsAll => NeedsAllForSmoothing || (!Thinned && NeedsPoints);

    /// <summary>Whether the steps are the ordinals of batches over all epochs.</summary>
    public bool CountsBatches => Request.Scope == "BATCH";

    /// <summary>The width of the rollups that can be read instead of a run's points; 0 if the points must be. Only what LTTB chooses from them is not exactly what it would choose of the points.</summary>
    /// <param name="run">The run.</param>
    public long RollupWidthFor(SeriesRun run)
    {
        var sampling = Request.Sampling;
        if (run.Rollup is null || Request.Values.IsBounded || NeedsAllForSmoothing || sampling.Scale == AxisScale.Log)
        {
            return 0;
        }

        return sampling.Kind switch
        {
            SamplingKind.Lttb => run.Rollup.WidestFor(run.FirstStep, run.LastStep, sampling.Points),
            SamplingKind.Bucket or SamplingKind.MinMax => BucketsOf(run) is { Origin: 0 } buckets ? run.Rollup.WidestWithin(buckets.Width) : 0,
            _ => 0,
        };
    }

    /// <summary>The buckets of a run: those of a given width for all; else each run has those that its own window needs.</summary>
    /// <param name="run">The run.</param>
    public AxisBuckets BucketsOf(SeriesRun run) => Request.Sampling is { Width: > 0 and var width }
        ? new AxisBuckets(width, 0, 0)
        : AxisBuckets.Of(run.FirstStep, run.LastStep, Request.Sampling.Buckets, Request.Sampling.Scale);

    /// <summary>Whether steps or values are bounded.</summary>
    public bool HasWindow => Request.HasWindow;
}

/// <summary>A run that has the metric, with what its summary knows.</summary>
/// <param name="RunId">The run's key.</param>
/// <param name="ExperimentId">Its experiment's key: the first column of the sort key.</param>
/// <param name="Count">All points, without window.</param>
/// <param name="FirstStep">The smallest step of the window (an ordinal for batches).</param>
/// <param name="LastStep">The largest step of the window.</param>
internal sealed record SeriesRun(long RunId, long ExperimentId, long Count, long FirstStep, long LastStep)
{
    /// <summary>Whether all of its points are known to be finite.</summary>
    public bool IsFinite { get; init; }

    /// <summary>How far its rollups are; null if it has none.</summary>
    public Rollup? Rollup { get; init; }

    /// <summary>Whether LTTB chooses from its points, or from what rollups have of them, here and not in ClickHouse.</summary>
    public bool IsChosenHere { get; init; }

    /// <summary>The width of the rollups that are read instead of most of its points; 0 if the points are.</summary>
    public long RollupWidth { get; init; }
}
