namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>A table of ClickHouse whose rows belong to a record of PostgreSQL, and go with it.</summary>
/// <param name="Kind">The record's table, and its kind in <c>removed_owner</c>.</param>
/// <param name="Table">The table of ClickHouse.</param>
/// <param name="Column">Its column of the record's id.</param>
internal sealed record SeriesOwner(string Kind, string Table, string Column)
{
    // The copies of metric records go with their last link, so they stand before the links (see GarbageCollector).
    public static IReadOnlyList<SeriesOwner> All { get; } =
    [
        new("run", "metric_record_link", "run_id"), new("run", "metric_point", "run_id"), new("run", "metric_rollup", "run_id"), new("run", "run_metric", "run_id"),
        new("run", "epoch", "run_id"), new("run", "batch", "run_id"),
        new("job", "job_runtime", "job_id"), new("dataset", "sample", "dataset_id"), new("dataset", "target", "dataset_id"), new("dataset", "prediction", "dataset_id"),
        new("prediction_set", "prediction", "prediction_set_id"),
    ];

    /// <summary>What points may name beside their run; 0 names nothing.</summary>
    public static IReadOnlyList<SeriesOwner> Named { get; } = [new("logged_model", "metric_point", "model_id"), new("dataset", "metric_point", "dataset_id")];

    /// <summary>Whether the rows name the experiment of their run, too.</summary>
    public bool HasExperiment => Kind == "run";
}
