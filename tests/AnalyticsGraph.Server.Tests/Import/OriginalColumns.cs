using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>A table of an original system and the field that lists its rows.</summary>
/// <param name="System">The system's name on the command line.</param>
/// <param name="Name">The table.</param>
/// <param name="Root">The field of the query.</param>
/// <param name="List">A list within each of its rows that has the table's rows, or null.</param>
/// <param name="Level">The level of those rows that are the table's, or null for all.</param>
/// <param name="Columns">Column and path; a member of a JSON field follows a slash; <c>!time</c> and <c>!number</c> compare as such, <c>!other</c> is compared elsewhere.</param>
internal sealed record OriginalGraphTable(string System, string Name, string Root, string? List, string? Level, params (string Name, string Path, string Kind)[] Columns)
{
    /// <summary>What to select so that every column is read.</summary>
    public string Selection
    {
        get
        {
            var paths = Compared.Select(column => column.Path.Split('/')[0]).Concat(Level is null ? [] : ["level"]).Distinct();
            var row = string.Join(' ', paths.Select(path => string.Join(" { ", path.Split('.')) + string.Concat(Enumerable.Repeat(" }", path.Count(c => c == '.')))));
            return List is null ? row : $"{List} {{ {row} }}";
        }
    }

    /// <summary>A line of the README's table.</summary>
    public string Line => $"| `{Name}` | `{Root}{(List is null ? "" : "." + List)}` | {string.Join(", ", Columns.Select(column => column.Name == column.Path ? $"`{column.Name}`" : $"`{column.Name}` → `{column.Path.Replace('/', '.')}`"))} |";

    private IEnumerable<(string Name, string Path, string Kind)> Compared => Columns.Where(column => column.Kind != "other");

    /// <summary>A row of the original, as text that compares.</summary>
    public string Expected(IReadOnlyDictionary<string, string?> row) => string.Join('|', Compared.Select(column => (column.Kind, row[column.Name]) switch
    {
        (_, null) => "NULL",
        ("number", var text) => double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        (_, var text) => text,
    }));

    /// <summary>A row of the graph, as text that compares.</summary>
    public string Actual(JsonElement row) => string.Join('|', Compared.Select(column => (column.Kind, Value(row, column.Path)) switch
    {
        (_, { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }) => "NULL",
        ("number", var value) => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        ("time", var value) => value.GetDateTimeOffset().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        (_, var value) => value.ToString(),
    }));

    private static JsonElement Value(JsonElement row, string path)
    {
        var parts = path.Split('/');
        var value = row;
        foreach (var name in parts[0].Split('.'))
        {
            if (value.ValueKind == JsonValueKind.Null)
            {
                return value;
            }

            value = value.GetProperty(name);
        }

        return parts.Length == 1 ? value : value.TryGetProperty(parts[1], out var member) ? member : default;
    }
}

/// <summary>Every table of the original systems but MLflow's and every column, by the field that has it.</summary>
internal static class OriginalColumns
{
    public static IReadOnlyList<OriginalGraphTable> Tables { get; } =
    [
        Tracking("EXPERIMENT", "experiments", "id originalId; title name; desc description; start_time creationTime time; update_time lastUpdateTime time"),
        Tracking("TRIAL", "trials", "id originalId; name name; experiment_id experiment.originalId; start_time startTime time; update_time updateTime time"),
        Tracking("TRIAL_RUN", "runs", "id originalId; trial_id trial.originalId; status statusText; start_time startTime time; update_time updateTime time"),
        Tracking("RESULTS", "allResults", "trial_run_id run.originalId; time time time"),
        Tracking("EPOCH", "epochs", "idx index; trial_run_id run.originalId; time time time"),
        Tracking("BATCH", "batches", "idx index; epoch_idx epochIndex; trial_run_id run.originalId; time time time"),
        Tracking("METRIC", "metricRecords", "id originalId; type type; total_val totalText; per_label_val perLabelText"),
        Tracking("ARTIFACT", "artifacts", "id originalId; type type; loc location"),
        Tracking("EXPERIMENT_ARTIFACT", "artifactLinks", "experiment_id experiment.originalId; artifact_id artifact.originalId", level: "EXPERIMENT"),
        Tracking("TRIAL_ARTIFACT", "artifactLinks", "trial_id trial.originalId; artifact_id artifact.originalId", level: "TRIAL"),
        Tracking("TRIAL_RUN_ARTIFACT", "artifactLinks", "trial_run_id run.originalId; artifact_id artifact.originalId", level: "RUN"),
        Tracking("RESULTS_METRIC", "metricRecords", "results_id run.originalId; metric_id record.originalId", "links", "RESULT"),
        Tracking("RESULTS_ARTIFACT", "artifactLinks", "results_id run.originalId; artifact_id artifact.originalId", level: "RESULTS"),
        Tracking("EPOCH_METRIC", "metricRecords", "epoch_idx epoch; epoch_trial_run_id run.originalId; metric_id record.originalId", "links", "EPOCH"),
        Tracking("EPOCH_ARTIFACT", "artifactLinks", "epoch_idx epochIndex; epoch_trial_run_id run.originalId; artifact_id artifact.originalId", level: "EPOCH"),
        Tracking("BATCH_METRIC", "metricRecords", "batch_idx batch; epoch_idx epoch; trial_run_id run.originalId; metric_id record.originalId", "links", "BATCH"),
        Tracking("BATCH_ARTIFACT", "artifactLinks", "batch_idx batchIndex; epoch_idx epochIndex; trial_run_id run.originalId; artifact_id artifact.originalId", level: "BATCH"),
        Table("training-jobs", "job_metrics", "jobProfiles", """
            uid job.uid; hyper_params_feature hyperParams.text; job_feature jobFeature.text; dataset_feature datasetFeature.text; model_feature modelFeature.text; job_runtime job.runtime other;
            exit_reason job.exitReason; optimization optimizationText; resource resourceText; customized_data customizedDataText; type type
            """),
        Table("training-jobs", "job", "jobs", "uid uid; name name; scenario scenario; create_at creationTime time; started_at startTime time; finished_at endTime time; status statusText"),
        Table("training-jobs", "job_node", "jobNodes", """
            uid uid; name name; job_uid job.uid; type type; create_at creationTime time; started_at startTime time; finished_at endTime time; resource resourceText; status statusText;
            customized_data customizedDataText
            """),
        Table("training-jobs", "cluster", "clusters", "uid uid; name name; resources resourcesText; status statusText; customized_data customizedDataText"),
        Table("wine", "datasets", "datasets", "dataset_id originalId; name name"),
        Table("wine", "samples", "samples", "sample_id originalId; dataset_id dataset.originalId; sample_index sampleIndex; " + string.Join("; ", WineFeatures.Select(name => $"{name} features/{name} number"))),
        Table("wine", "predictions", "predictions", "prediction_id originalId; sample_index sampleIndex; prediction_index predictionIndex; class class"),
        Table("wine", "targets", "targets", "target_id originalId; sample_index sampleIndex; target_index targetIndex; class class"),
    ];

    private static string[] WineFeatures =>
    [
        "Alcohol", "Malicacid", "Ash", "Alcalinity_of_ash", "Magnesium", "Total_phenols", "Flavanoids", "Nonflavanoid_phenols", "Proanthocyanins", "Color_intensity", "Hue",
        "0D280_0D315_of_diluted_wines", "Proline",
    ];

    private static OriginalGraphTable Tracking(string name, string root, string columns, string? list = null, string? level = null) => Table("experiment-tracking", name, root, columns, list, level);

    private static OriginalGraphTable Table(string system, string name, string root, string columns, string? list = null, string? level = null) => new(system, name, root, list, level, [.. columns.Split(';').Select(column =>
    {
        var parts = column.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (parts[0], parts[1], parts.Length > 2 ? parts[2] : "");
    })]);
}
