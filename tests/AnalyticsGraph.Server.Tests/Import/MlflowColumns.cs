using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>A column of MLflow's database and where the graph has it.</summary>
/// <param name="Name">The column.</param>
/// <param name="Path">The field of the row, by names.</param>
/// <param name="Kind">How its text in a dump and its value in the graph compare.</param>
internal sealed record MlflowColumn(string Name, string Path, ColumnKind Kind);

/// <summary>How a column's values compare.</summary>
internal enum ColumnKind
{
    /// <summary>The same text, or number.</summary>
    Same,

    /// <summary>Milliseconds since 1970; a moment.</summary>
    Time,

    /// <summary>A name in any case; an enum.</summary>
    Name,

    /// <summary>A metric's value, which means NaN or an infinity where other columns or its size say so.</summary>
    Metric,

    /// <summary>Whether a metric's value is NaN.</summary>
    IsNaN,
}

/// <summary>A table of MLflow's database and the field that lists its rows.</summary>
/// <param name="Name">The table.</param>
/// <param name="Root">The field of the query.</param>
/// <param name="List">A list within each of its rows that has the table's rows, or null.</param>
/// <param name="Columns">All its columns.</param>
internal sealed record MlflowTable(string Name, string Root, string? List, IReadOnlyList<MlflowColumn> Columns)
{
    /// <summary>What to select so that every column is read.</summary>
    public string Selection
    {
        get
        {
            var row = string.Join(' ', Columns.Select(column => column.Path).Distinct().Select(path => string.Join(" { ", path.Split('.')) + string.Concat(Enumerable.Repeat(" }", path.Count(c => c == '.')))));
            return List is null ? row : $"{List} {{ {row} }}";
        }
    }

    /// <summary>A row of the dump, as text that compares.</summary>
    public string Expected(IReadOnlyDictionary<string, string?> row) => string.Join('|', Columns.Select(column => column.Kind switch
    {
        ColumnKind.Name => row[column.Name]?.ToUpperInvariant(),
        ColumnKind.Metric => SampleDump.TrueValue(row).ToString("R", CultureInfo.InvariantCulture),
        _ => row[column.Name],
    } ?? "NULL"));

    /// <summary>A row of the graph, as text that compares.</summary>
    public string Actual(JsonElement row) => string.Join('|', Columns.Select(column => (column.Kind, row.At(column.Path)) switch
    {
        (_, { ValueKind: JsonValueKind.Null }) => "NULL",
        (ColumnKind.Time, var value) => value.GetDateTimeOffset().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        (ColumnKind.Metric, var value) => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        (ColumnKind.IsNaN, var value) => double.IsNaN(value.AsDouble()) ? "t" : "f",
        (_, var value) => value.ToString(),
    }));
}

/// <summary>Every table of MLflow's metadata database and every column, by the field that has it.</summary>
internal static class MlflowColumns
{
    public static IReadOnlyList<MlflowTable> Tables { get; } =
    [
        Table("alembic_version", "sources(where: {system: {eq: MLFLOW}})", "version_num schemaVersion"),
        Table("datasets", "datasets", """
            dataset_uuid originalId; experiment_id experiment.originalId; name name; digest digest; dataset_source_type originType; dataset_source originDocument;
            dataset_schema schemaDocument; dataset_profile profileDocument
            """),
        Table("experiment_tags", "experimentTags", "key key; value value; experiment_id experiment.originalId"),
        Table("experiments", "experiments", """
            experiment_id originalId; name name; artifact_location artifactLocation; lifecycle_stage lifecycleStage Name; creation_time creationTime Time;
            last_update_time lastUpdateTime Time
            """),
        Table("input_tags", "runInputs", "input_uuid input.originalId; name name; value value", list: "tags"),
        Table("inputs", "runInputs", "input_uuid originalId; source_type originType; source_id originId; destination_type destinationType; destination_id destinationId; step step"),
        Table("latest_metrics", "runMetrics", "key key; value latest.value Metric; timestamp latest.time Time; step latest.step; is_nan latest.value IsNaN; run_uuid run.uuid"),
        Table("metrics", "metricPoints", "key key; value value Metric; timestamp time Time; run_uuid run.uuid; step step; is_nan value IsNaN"),
        Table("model_version_tags", "modelVersionTags", "key key; value value; name modelVersion.name; version modelVersion.version"),
        Table("model_versions", "modelVersions", """
            name name; version version; creation_time creationTime Time; last_updated_time lastUpdateTime Time; description description; user_id user; current_stage currentStage;
            source sourceUri; run_id originalRunId; status status; status_message statusMessage; run_link runLink; storage_location storageLocation
            """),
        Table("params", "params", "key key; value value; run_uuid run.uuid"),
        Table("registered_model_aliases", "modelAliases", "alias alias; version version; name registeredModel.name"),
        Table("registered_model_tags", "registeredModelTags", "key key; value value; name registeredModel.name"),
        Table("registered_models", "registeredModels", "name name; creation_time creationTime Time; last_updated_time lastUpdateTime Time; description description"),
        Table("runs", "runs", """
            run_uuid uuid; name name; source_type sourceType; source_name sourceName; entry_point_name entryPointName; user_id user; status statusText; start_time startTime Time;
            end_time endTime Time; source_version sourceVersion; lifecycle_stage lifecycleStage Name; artifact_uri artifactUri; experiment_id experiment.originalId;
            deleted_time deletedTime Time
            """),
        Table("tags", "runTags", "key key; value value; run_uuid run.uuid"),
        Table("trace_info", "traces", "request_id requestId; experiment_id experiment.originalId; timestamp_ms startTime Time; execution_time_ms executionTimeMs; status status"),
        Table("trace_request_metadata", "traceMetadata", "key key; value value; request_id trace.requestId"),
        Table("trace_tags", "traceTags", "key key; value value; request_id trace.requestId"),
    ];

    private static MlflowTable Table(string name, string root, string columns, string? list = null) => new(name, root, list, [.. columns.Split(';').Select(column =>
    {
        var parts = column.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new MlflowColumn(parts[0], parts[1], parts.Length > 2 ? Enum.Parse<ColumnKind>(parts[2]) : ColumnKind.Same);
    })]);
}
