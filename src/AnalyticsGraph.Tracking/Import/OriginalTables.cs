namespace AnalyticsGraph.Tracking.Import;

/// <summary>The tables of the original systems, owners first.</summary>
internal static class OriginalTables
{
    public static readonly OriginalTable Experiment = new(
        "EXPERIMENT", ["id"],
        new("id", "INT NOT NULL", ColumnKind.Id),
        new("title", "VARCHAR(255)", ColumnKind.RequiredText, "name"),
        new("desc", "TEXT", ColumnKind.Text, "description"),
        new("start_time", "DATETIME", ColumnKind.Time, "creation_time"),
        new("update_time", "DATETIME", ColumnKind.Time, "last_update_time"))
    { HasOtherColumns = true };

    public static readonly OriginalTable Trial = new(
        "TRIAL", ["id"],
        new("id", "INT NOT NULL", ColumnKind.Id),
        new("name", "VARCHAR(255)", ColumnKind.Text, "name"),
        new("experiment_id", "INT REFERENCES EXPERIMENT (id)", ColumnKind.Id),
        new("start_time", "DATETIME", ColumnKind.Time, "start_time"),
        new("update_time", "DATETIME", ColumnKind.Time, "update_time"))
    { HasOtherColumns = true, Parents = [("experiment_id", "EXPERIMENT", "id")] };

    public static readonly OriginalTable TrialRun = new(
        "TRIAL_RUN", ["id"],
        new("id", "INT NOT NULL", ColumnKind.Id),
        new("trial_id", "INT REFERENCES TRIAL (id)", ColumnKind.Id),
        new("status", "VARCHAR(255)", ColumnKind.Text, "status_text"),
        new("start_time", "DATETIME", ColumnKind.Time, "start_time"),
        new("update_time", "DATETIME", ColumnKind.Time, "update_time"))
    { HasOtherColumns = true, Parents = [("trial_id", "TRIAL", "id")] };

    public static readonly OriginalTable Results = new(
        "RESULTS", ["trial_run_id"],
        new("trial_run_id", "INT NOT NULL REFERENCES TRIAL_RUN (id)", ColumnKind.Id),
        new("time", "DATETIME", ColumnKind.Time, "time"))
    { HasOtherColumns = true, Parents = [("trial_run_id", "TRIAL_RUN", "id")] };

    public static readonly OriginalTable Epoch = new(
        "EPOCH", ["trial_run_id", "idx"],
        new("idx", "INT NOT NULL", ColumnKind.Id),
        new("trial_run_id", "INT NOT NULL", ColumnKind.Id),
        new("time", "DATETIME", ColumnKind.Time))
    { Parents = [("trial_run_id", "TRIAL_RUN", "id")] };

    public static readonly OriginalTable Batch = new(
        "BATCH", ["trial_run_id", "epoch_idx", "idx"],
        new("idx", "INT NOT NULL", ColumnKind.Id),
        new("epoch_idx", "INT NOT NULL", ColumnKind.Id),
        new("trial_run_id", "INT NOT NULL", ColumnKind.Id),
        new("time", "DATETIME", ColumnKind.Time))
    { Parents = [("trial_run_id", "TRIAL_RUN", "id")] };

    public static readonly OriginalTable Metric = new(
        "METRIC", ["id"],
        new("id", "INT NOT NULL", ColumnKind.Id),
        new("type", "VARCHAR(255)"),
        new("total_val", "FLOAT"),
        new("per_label_val", "JSON"));

    public static readonly OriginalTable Artifact = new(
        "ARTIFACT", ["id"],
        new("id", "INT NOT NULL", ColumnKind.Id),
        new("type", "VARCHAR(255)", ColumnKind.Text, "type"),
        new("loc", "VARCHAR(255)", ColumnKind.Text, "location"))
    { HasOtherColumns = true };

    public static readonly OriginalTable ExperimentArtifact = Junction("EXPERIMENT_ARTIFACT", "ARTIFACT", "EXPERIMENT", ("experiment_id", "EXPERIMENT"));
    public static readonly OriginalTable TrialArtifact = Junction("TRIAL_ARTIFACT", "ARTIFACT", "TRIAL", ("trial_id", "TRIAL"));
    public static readonly OriginalTable TrialRunArtifact = Junction("TRIAL_RUN_ARTIFACT", "ARTIFACT", "TRIAL_RUN", ("trial_run_id", "TRIAL_RUN"));
    public static readonly OriginalTable ResultsMetric = Junction("RESULTS_METRIC", "METRIC", "TRIAL_RUN", ("results_id", "RESULTS (trial_run_id)"));
    public static readonly OriginalTable ResultsArtifact = Junction("RESULTS_ARTIFACT", "ARTIFACT", "TRIAL_RUN", ("results_id", "RESULTS (trial_run_id)"));
    public static readonly OriginalTable EpochMetric = Junction("EPOCH_METRIC", "METRIC", "TRIAL_RUN", ("epoch_trial_run_id", ""), ("epoch_idx", ""));
    public static readonly OriginalTable EpochArtifact = Junction("EPOCH_ARTIFACT", "ARTIFACT", "TRIAL_RUN", ("epoch_trial_run_id", ""), ("epoch_idx", ""));
    public static readonly OriginalTable BatchMetric = Junction("BATCH_METRIC", "METRIC", "TRIAL_RUN", ("trial_run_id", ""), ("epoch_idx", ""), ("batch_idx", ""));
    public static readonly OriginalTable BatchArtifact = Junction("BATCH_ARTIFACT", "ARTIFACT", "TRIAL_RUN", ("trial_run_id", ""), ("epoch_idx", ""), ("batch_idx", ""));

    /// <summary>The experiment tracking system.</summary>
    public static readonly IReadOnlyList<OriginalTable> ExperimentTracking =
    [
        Experiment, Trial, TrialRun, Results, Epoch, Batch, Metric, Artifact,
        ExperimentArtifact, TrialArtifact, TrialRunArtifact, ResultsMetric, ResultsArtifact, EpochMetric, EpochArtifact, BatchMetric, BatchArtifact,
    ];

    public static readonly OriginalTable Cluster = new(
        "cluster", ["uid"],
        new("uid", "varchar(255) NOT NULL", ColumnKind.Name),
        new("name", "varchar(255)", ColumnKind.Text, "name"),
        new("resources", "mediumtext", ColumnKind.Text, "resources"),
        new("status", "mediumtext", ColumnKind.Text, "status"),
        new("customized_data", "mediumtext", ColumnKind.Text, "customized_data"))
    { HasOtherColumns = true };

    public static readonly OriginalTable Job = new(
        "job", ["uid"],
        new("uid", "varchar(255) NOT NULL", ColumnKind.Name),
        new("name", "varchar(255)", ColumnKind.Text, "name"),
        new("scenario", "varchar(255)", ColumnKind.Text, "scenario"),
        new("create_at", "timestamp NULL", ColumnKind.Time, "creation_time"),
        new("started_at", "timestamp NULL", ColumnKind.Time, "start_time"),
        new("finished_at", "timestamp NULL", ColumnKind.Time, "end_time"),
        new("status", "mediumtext", ColumnKind.Text, "status"))
    { HasOtherColumns = true };

    public static readonly OriginalTable JobNode = new(
        "job_node", ["uid"],
        new("uid", "varchar(255) NOT NULL", ColumnKind.Name),
        new("name", "varchar(255)", ColumnKind.Text, "name"),
        new("job_uid", "varchar(255)"),
        new("type", "varchar(255)", ColumnKind.Text, "type"),
        new("create_at", "timestamp NULL", ColumnKind.Time, "creation_time"),
        new("started_at", "timestamp NULL", ColumnKind.Time, "start_time"),
        new("finished_at", "timestamp NULL", ColumnKind.Time, "end_time"),
        new("resource", "mediumtext", ColumnKind.Text, "resource"),
        new("status", "mediumtext", ColumnKind.Text, "status"),
        new("customized_data", "mediumtext", ColumnKind.Text, "customized_data"))
    { HasOtherColumns = true };

    public static readonly OriginalTable JobMetrics = new(
        "job_metrics", ["uid"],
        new("uid", "varchar(255) NOT NULL", ColumnKind.Name),
        new("hyper_params_feature", "mediumtext", ColumnKind.Text, "hyper_params_feature"),
        new("job_feature", "mediumtext", ColumnKind.Text, "job_feature"),
        new("dataset_feature", "mediumtext", ColumnKind.Text, "dataset_feature"),
        new("model_feature", "mediumtext", ColumnKind.Text, "model_feature"),
        new("job_runtime", "mediumtext", ColumnKind.Runtime),
        new("exit_reason", "varchar(255)"),
        new("optimization", "mediumtext", ColumnKind.Text, "optimization"),
        new("resource", "mediumtext", ColumnKind.Text, "resource"),
        new("customized_data", "mediumtext", ColumnKind.Text, "customized_data"),
        new("type", "varchar(255)", ColumnKind.Text, "type"))
    { HasOtherColumns = true };

    /// <summary>The training scheduler.</summary>
    public static readonly IReadOnlyList<OriginalTable> TrainingJobs = [JobMetrics, Job, JobNode, Cluster];

    public static readonly OriginalTable Datasets = new(
        "datasets", ["dataset_id"],
        new("dataset_id", "int", ColumnKind.Id),
        new("name", "varchar(255)", ColumnKind.RequiredText, "name"))
    { HasOtherColumns = true };

    public static readonly OriginalTable Samples = new(
        "samples", ["sample_id"],
        new("sample_id", "int", ColumnKind.Id),
        new("dataset_id", "int REFERENCES datasets (dataset_id)", ColumnKind.Id),
        new("sample_index", "int", ColumnKind.Id))
    { Parents = [("dataset_id", "datasets", "dataset_id")], IsOpen = true };

    public static readonly OriginalTable Predictions = new(
        "predictions", ["prediction_id"],
        new("prediction_id", "int", ColumnKind.Id),
        new("sample_index", "int", ColumnKind.Id),
        new("prediction_index", "int", ColumnKind.Id),
        new("class", "int"));

    public static readonly OriginalTable Targets = new(
        "targets", ["target_id"],
        new("target_id", "int", ColumnKind.Id),
        new("sample_index", "int", ColumnKind.Id),
        new("target_index", "int", ColumnKind.Id),
        new("class", "int"));

    /// <summary>The tabular datasets, as the wine data come.</summary>
    public static readonly IReadOnlyList<OriginalTable> Tabular = [Datasets, Samples, Predictions, Targets];

    /// <summary>A junction: keys of an owner, the first of which must be there, and of what it has. Rows are ordered by the owner; columns stand as in the original.</summary>
    private static OriginalTable Junction(string name, string what, string owner, params (string Column, string References)[] keys)
    {
        var item = what == "METRIC" ? "metric_id" : "artifact_id";
        return new OriginalTable(
            name,
            [.. keys.Select(key => key.Column), item],
            [
                .. (owner == "TRIAL_RUN" && keys.Length > 1 ? keys.Reverse() : keys).Select(key =>
                    new OriginalColumn(key.Column, "INT NOT NULL" + (key.References.Length > 0 ? $" REFERENCES {key.References}{(key.References.EndsWith(')') ? "" : " (id)")}" : ""), ColumnKind.Id)),
                new OriginalColumn(item, $"INT NOT NULL REFERENCES {what} (id)", ColumnKind.Id),
            ])
        { Parents = [(keys[0].Column, owner, "id"), (item, what, "id")] };
    }
}
