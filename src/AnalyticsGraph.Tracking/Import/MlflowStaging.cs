using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// The source's tables as temporary tables of one connection, every column as text: so they can come in any order, of any MLflow version, larger than memory. What a
/// version does not have yet is an empty table or a column of nulls; what is not known here is kept as rows of JSON.
/// </summary>
internal sealed class MlflowStaging(NpgsqlConnection connection)
{
    /// <summary>The tables and columns that have a place in the graph.</summary>
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["alembic_version"] = ["version_num"],
        ["experiments"] = ["experiment_id", "name", "artifact_location", "lifecycle_stage", "creation_time", "last_update_time", "workspace"],
        ["experiment_tags"] = ["key", "value", "experiment_id"],
        ["runs"] =
        [
            "run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id", "status", "start_time", "end_time", "source_version", "lifecycle_stage",
            "artifact_uri", "experiment_id", "deleted_time",
        ],
        ["params"] = ["key", "value", "run_uuid"],
        ["tags"] = ["key", "value", "run_uuid"],
        ["metrics"] = ["key", "value", "timestamp", "run_uuid", "step", "is_nan"],
        ["latest_metrics"] = ["key", "value", "timestamp", "step", "is_nan", "run_uuid"],
        ["datasets"] = ["dataset_uuid", "experiment_id", "name", "digest", "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile"],
        ["inputs"] = ["input_uuid", "source_type", "source_id", "destination_type", "destination_id", "step"],
        ["input_tags"] = ["input_uuid", "name", "value"],
        ["logged_models"] =
        [
            "model_id", "experiment_id", "name", "artifact_location", "creation_timestamp_ms", "last_updated_timestamp_ms", "status", "lifecycle_stage", "model_type",
            "source_run_id", "status_message",
        ],
        ["logged_model_params"] = ["model_id", "experiment_id", "param_key", "param_value"],
        ["logged_model_tags"] = ["model_id", "experiment_id", "tag_key", "tag_value"],
        ["logged_model_metrics"] =
        [
            "model_id", "metric_name", "metric_timestamp_ms", "metric_step", "metric_value", "experiment_id", "run_id", "dataset_uuid", "dataset_name", "dataset_digest",
        ],
        ["registered_models"] = ["name", "creation_time", "last_updated_time", "description", "workspace"],
        ["registered_model_tags"] = ["key", "value", "name", "workspace"],
        ["registered_model_aliases"] = ["alias", "version", "name", "workspace"],
        ["model_versions"] =
        [
            "name", "version", "creation_time", "last_updated_time", "description", "user_id", "current_stage", "source", "run_id", "status", "status_message", "run_link",
            "storage_location", "workspace",
        ],
        ["model_version_tags"] = ["key", "value", "name", "version", "workspace"],
        ["trace_info"] = ["request_id", "experiment_id", "timestamp_ms", "execution_time_ms", "status", "client_request_id", "request_preview", "response_preview"],
        ["trace_request_metadata"] = ["key", "value", "request_id"],
        ["trace_tags"] = ["key", "value", "request_id"],
        ["spans"] =
        [
            "trace_id", "experiment_id", "span_id", "parent_span_id", "name", "type", "status", "start_time_unix_nano", "end_time_unix_nano", "content", "dimension_attributes",
        ],
        ["entity_associations"] = ["association_id", "source_type", "source_id", "destination_type", "destination_id", "created_time"],
    };

    /// <summary>What each table is looked up by.</summary>
    private static readonly (string Table, string Columns)[] Indexes =
    [
        ("experiments", "experiment_id"), ("experiment_tags", "experiment_id"), ("runs", "experiment_id"), ("runs", "run_uuid"), ("params", "run_uuid"), ("tags", "run_uuid"),
        ("metrics", "run_uuid"), ("latest_metrics", "run_uuid"), ("datasets", "experiment_id"), ("inputs", "destination_id"), ("inputs", "source_id"), ("input_tags", "input_uuid"),
        ("logged_models", "experiment_id"), ("logged_model_params", "model_id"), ("logged_model_tags", "model_id"), ("logged_model_metrics", "model_id"),
        ("trace_info", "experiment_id"), ("trace_request_metadata", "request_id"), ("trace_tags", "request_id"), ("spans", "trace_id"),
    ];

    /// <summary>The column of a row's place, quoted; named so that no source has it.</summary>
    public const string Ordinal = "\"analyticsgraph ordinal\"";

    private readonly Dictionary<string, IReadOnlyList<string>> _loaded = new(StringComparer.Ordinal);

    /// <summary>How many rows each table of the source has.</summary>
    public SortedDictionary<string, long> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>The loaded tables that hold something without a place in the graph: unknown tables, and known ones with unknown columns. With all of their columns.</summary>
    public IEnumerable<(string Table, IReadOnlyList<string> Columns, IReadOnlyList<string> Unknown)> Others =>
        from loaded in _loaded
        let unknown = Known.TryGetValue(loaded.Key, out var known) && loaded.Key != "alembic_version" ? [.. loaded.Value.Except(known)] : loaded.Value
        where unknown.Count > 0
        select (loaded.Key, loaded.Value, unknown);

    /// <summary>Whether the source has the table, be it empty.</summary>
    public bool Has(string table) => _loaded.ContainsKey(table);

    /// <summary>Loads all tables of the source.</summary>
    /// <exception cref="ImportException">The source holds no MLflow tables, or its rows do not fit their columns.</exception>
    public async Task LoadAsync(TableSource source, IProgress<ImportProgress> progress, CancellationToken ct)
    {
        await foreach (var table in source.ReadTablesAsync(ct).ConfigureAwait(false))
            await LoadTableAsync(table, progress, ct).ConfigureAwait(false);
        if (!_loaded.ContainsKey("experiments") || !_loaded.ContainsKey("runs"))
            throw new ImportException("The source has no tables 'experiments' and 'runs': it is no MLflow backend store.");
        foreach (var (table, columns) in Known)
        {
            if (_loaded.TryGetValue(table, out var present))
            {
                foreach (var missing in columns.Except(present))
                    await ExecuteAsync($"ALTER TABLE pg_temp.{Name(table)} ADD COLUMN {Quote(missing)} text", ct).ConfigureAwait(false);
            }
            else
            {
                await CreateAsync(table, columns, ct).ConfigureAwait(false);
            }
        }

        foreach (var (table, columns) in Indexes)
            await ExecuteAsync($"CREATE INDEX ON pg_temp.{Name(table)} ({columns})", ct).ConfigureAwait(false);
        foreach (var table in Known.Keys)
            await ExecuteAsync($"ANALYZE pg_temp.{Name(table)}", ct).ConfigureAwait(false);
    }

    /// <summary>The temporary table's name, quoted.</summary>
    public static string Name(string table) => Quote("mlflow_" + table);

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private async Task LoadTableAsync(SourceTable table, IProgress<ImportProgress> progress, CancellationToken ct)
    {
        if (!_loaded.TryAdd(table.Name, table.Columns))
            throw new ImportException($"The source has two tables named '{table.Name}'. Dump only MLflow's schema: pg_dump --schema=public");
        await CreateAsync(table.Name, table.Columns, ct).ConfigureAwait(false);
        try
        {
            await using (var rows = (StreamWriter)await connection.BeginTextImportAsync(
                $"COPY pg_temp.{Name(table.Name)} ({string.Join(", ", table.Columns.Select(Quote))}) FROM STDIN{(table.IsCsv ? " (FORMAT csv, HEADER)" : "")}", ct).ConfigureAwait(false))
            {
                // The rows are in a format of COPY already: they pass as bytes.
                await table.CopyToAsync(rows.BaseStream, fraction => progress.Report(new ImportProgress(ImportStage.Reading, table.Name, 0, fraction)), ct).ConfigureAwait(false);
            }
        }
        catch (PostgresException fault) when (!fault.IsTransient)
        {
            throw new ImportException($"The rows of the source's table {table.Name} cannot be read: {fault.MessageText} ({fault.Where}). Nothing was imported.", fault);
        }

        await using var count = new NpgsqlCommand($"SELECT count(*) FROM pg_temp.{Name(table.Name)}", connection) { CommandTimeout = 0 };
        Rows[table.Name] = (long)(await count.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private Task CreateAsync(string table, IEnumerable<string> columns, CancellationToken ct) => ExecuteAsync(
        $"CREATE TEMP TABLE {Name(table)} ({string.Join(", ", columns.Select(column => Quote(column) + " text"))}, {Ordinal} bigint GENERATED ALWAYS AS IDENTITY)", ct);

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
