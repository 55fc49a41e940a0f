using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Export;

/// <summary>
/// Writes an MLflow backend store, in its newest schema: NaN as 0 with a flag, infinities as the largest doubles, times as milliseconds. What MLflow has no place for is left out:
/// metrics other than a run's own totals, and descriptions of experiments. Rows of tables without a type come as they were imported, those with credentials among them.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Where metric points are.</param>
/// <param name="flusher">Brings what was logged to ClickHouse first.</param>
public sealed class MlflowExport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) : OriginalExport(postgres, clickHouse, flusher)
{
    private const string Value = "CASE WHEN {0} = 'NaN' THEN '0' WHEN {0} = 'Infinity' THEN '1.7976931348623157e+308' WHEN {0} = '-Infinity' THEN '-1.7976931348623157e+308' ELSE {0}::text END";

    private static readonly (OriginalTable Table, string Select)[] Statements =
    [
        Table("experiments", "experiment_id", "experiment_id integer NOT NULL; name varchar(256) NOT NULL; artifact_location varchar(256); lifecycle_stage varchar(32); creation_time bigint; last_update_time bigint; workspace varchar(63)",
            $"SELECT i.original AS experiment_id, e.name, e.artifact_location, lower(e.lifecycle_stage) AS lifecycle_stage, {Ms("e.creation_time")} AS creation_time, {Ms("e.last_update_time")} AS last_update_time, e.workspace FROM experiment e JOIN pg_temp.id_experiment i USING (id)"),
        Table("experiment_tags", "key experiment_id", "key varchar(250) NOT NULL; value varchar(5000); experiment_id integer NOT NULL",
            "SELECT t.key, t.value, i.original AS experiment_id FROM experiment_tag t JOIN pg_temp.id_experiment i ON i.id = t.experiment_id"),
        Table("runs", "run_uuid",
            """
            run_uuid varchar(32) NOT NULL; name varchar(250); source_type varchar(20); source_name varchar(500); entry_point_name varchar(50); user_id varchar(256); status varchar(9); start_time bigint;
            end_time bigint; source_version varchar(50); lifecycle_stage varchar(20); artifact_uri varchar(200); experiment_id integer; deleted_time bigint
            """,
            $"""
            SELECT r.uuid AS run_uuid, r.name, r.source_type, r.source_name, r.entry_point_name, r.user_name AS user_id, r.status_text AS status, {Ms("r.start_time")} AS start_time,
                {Ms("r.end_time")} AS end_time, r.source_version, lower(r.lifecycle_stage) AS lifecycle_stage, r.artifact_uri, i.original AS experiment_id, {Ms("r.deleted_time")} AS deleted_time
            FROM run r JOIN pg_temp.id_experiment i ON i.id = r.experiment_id WHERE r.source = $1
            """),
        Table("params", "key run_uuid", "key varchar(250) NOT NULL; value varchar(8000) NOT NULL; run_uuid varchar(32) NOT NULL",
            "SELECT p.key, p.value, r.uuid AS run_uuid FROM run_param p JOIN run r ON r.id = p.run_id WHERE r.source = $1"),
        Table("tags", "key run_uuid", "key varchar(250) NOT NULL; value varchar(8000); run_uuid varchar(32) NOT NULL",
            "SELECT t.key, t.value, r.uuid AS run_uuid FROM run_tag t JOIN run r ON r.id = t.run_id WHERE r.source = $1"),
        Table("metrics", "key timestamp step run_uuid value is_nan", "key varchar(250) NOT NULL; value double precision NOT NULL; timestamp bigint NOT NULL; run_uuid varchar(32) NOT NULL; step bigint NOT NULL; is_nan boolean NOT NULL",
            $"SELECT DISTINCT p.key, {Metric("p.value")} AS value, p.ms AS timestamp, r.uuid AS run_uuid, p.step, {IsNaN("p.value")} AS is_nan FROM pg_temp.here_point p JOIN run r ON r.id = p.run_id"),
        Table("latest_metrics", "key run_uuid", "key varchar(250) NOT NULL; value double precision NOT NULL; timestamp bigint; step bigint NOT NULL; is_nan boolean NOT NULL; run_uuid varchar(32) NOT NULL",
            $"""
            SELECT m.key, {Metric("m.last_value")} AS value, {Ms("m.last_time")} AS timestamp, m.last_step AS step, {IsNaN("m.last_value")} AS is_nan, r.uuid AS run_uuid
            FROM run_metric m JOIN run r ON r.id = m.run_id WHERE r.source = $1 AND m.scope = 'RUN' AND m.label = '' AND m.rank = 0
            """),
        Table("datasets", "experiment_id name digest",
            """
            dataset_uuid varchar(36) NOT NULL; experiment_id integer NOT NULL; name varchar(500) NOT NULL; digest varchar(36) NOT NULL; dataset_source_type varchar(36) NOT NULL; dataset_source text NOT NULL;
            dataset_schema text; dataset_profile text
            """,
            """
            SELECT coalesce(d.original_id, md5('dataset:' || d.id)) AS dataset_uuid, i.original AS experiment_id, d.name, d.digest, d.origin_type AS dataset_source_type, d.origin_text AS dataset_source,
                d.schema_text AS dataset_schema, d.profile_text AS dataset_profile
            FROM dataset d JOIN pg_temp.id_experiment i ON i.id = d.experiment_id WHERE d.lifecycle_stage = 'ACTIVE'
            """),
        Table("inputs", "source_type source_id destination_type destination_id",
            "input_uuid varchar(36) NOT NULL; source_type varchar(36) NOT NULL; source_id varchar(36) NOT NULL; destination_type varchar(36) NOT NULL; destination_id varchar(36) NOT NULL; step bigint NOT NULL",
            "SELECT coalesce(original_id, md5('input:' || id)) AS input_uuid, origin_type AS source_type, origin_id AS source_id, destination_type, destination_id, step FROM run_input WHERE source = $1"),
        Table("input_tags", "input_uuid name", "input_uuid varchar(36) NOT NULL; name varchar(255) NOT NULL; value varchar(500) NOT NULL",
            "SELECT coalesce(i.original_id, md5('input:' || i.id)) AS input_uuid, t.name, t.value FROM input_tag t JOIN run_input i ON i.id = t.run_input_id WHERE i.source = $1"),
        Table("logged_models", "model_id",
            """
            model_id varchar(36) NOT NULL; experiment_id integer NOT NULL; name varchar(500) NOT NULL; artifact_location varchar(1000) NOT NULL; creation_timestamp_ms bigint NOT NULL;
            last_updated_timestamp_ms bigint NOT NULL; status integer NOT NULL; lifecycle_stage varchar(32); model_type varchar(500); source_run_id varchar(32); status_message varchar(1000)
            """,
            $"""
            SELECT m.model_id, i.original AS experiment_id, m.name, m.artifact_location, {Ms("m.creation_time")} AS creation_timestamp_ms, {Ms("m.last_update_time")} AS last_updated_timestamp_ms,
                m.status_code AS status, lower(m.lifecycle_stage) AS lifecycle_stage, m.model_type, coalesce(r.uuid, m.original_source_run_id) AS source_run_id, m.status_message
            FROM logged_model m JOIN pg_temp.id_experiment i ON i.id = m.experiment_id LEFT JOIN run r ON r.id = m.source_run_id WHERE m.source = $1
            """),
        Table("logged_model_params", "model_id param_key", "model_id varchar(36) NOT NULL; experiment_id integer NOT NULL; param_key varchar(255) NOT NULL; param_value text NOT NULL", OfModel("logged_model_param", "t.key AS param_key, t.value AS param_value")),
        Table("logged_model_tags", "model_id tag_key", "model_id varchar(36) NOT NULL; experiment_id integer NOT NULL; tag_key varchar(255) NOT NULL; tag_value text NOT NULL", OfModel("logged_model_tag", "t.key AS tag_key, t.value AS tag_value")),
        Table("logged_model_metrics", "model_id metric_name metric_timestamp_ms metric_step run_id",
            """
            model_id varchar(36) NOT NULL; metric_name varchar(500) NOT NULL; metric_timestamp_ms bigint NOT NULL; metric_step bigint NOT NULL; metric_value double precision; experiment_id integer NOT NULL;
            run_id varchar(32) NOT NULL; dataset_uuid varchar(36); dataset_name varchar(500); dataset_digest varchar(36)
            """,
            OfModel("logged_model_metric",
                $"""
                t.key AS metric_name, {Ms("t.time")} AS metric_timestamp_ms, t.step AS metric_step,
                CASE WHEN t.value IN ('Infinity', '-Infinity') THEN {Metric("t.value")} ELSE t.value::text END AS metric_value,
                t.original_run_id AS run_id, t.dataset_uuid, t.dataset_name, t.dataset_digest
                """)),
        Table("registered_models", "name workspace", "name varchar(256) NOT NULL; creation_time bigint; last_updated_time bigint; description varchar(5000); workspace varchar(63)",
            $"SELECT name, {Ms("creation_time")} AS creation_time, {Ms("last_update_time")} AS last_updated_time, description, workspace FROM registered_model WHERE source = $1 AND lifecycle_stage = 'ACTIVE'"),
        Table("registered_model_tags", "key name workspace", "key varchar(250) NOT NULL; value varchar(5000); name varchar(256) NOT NULL; workspace varchar(63)",
            "SELECT t.key, t.value, m.name, m.workspace FROM registered_model_tag t JOIN registered_model m ON m.id = t.registered_model_id WHERE m.source = $1 AND m.lifecycle_stage = 'ACTIVE'"),
        Table("registered_model_aliases", "name alias workspace", "alias varchar(256) NOT NULL; version integer NOT NULL; name varchar(256) NOT NULL; workspace varchar(63)",
            "SELECT a.alias, a.version, m.name, m.workspace FROM model_alias a JOIN registered_model m ON m.id = a.registered_model_id WHERE m.source = $1 AND m.lifecycle_stage = 'ACTIVE'"),
        Table("model_versions", "name version workspace",
            """
            name varchar(256) NOT NULL; version integer NOT NULL; creation_time bigint; last_updated_time bigint; description varchar(5000); user_id varchar(256); current_stage varchar(20); source varchar(500);
            run_id varchar(32); status varchar(20); status_message varchar(500); run_link varchar(500); storage_location varchar(500); workspace varchar(63)
            """,
            $"""
            SELECT m.name, v.version, {Ms("v.creation_time")} AS creation_time, {Ms("v.last_update_time")} AS last_updated_time, v.description, v.user_name AS user_id, v.current_stage, v.source_uri AS source,
                coalesce(v.original_run_id, r.uuid) AS run_id, v.status, v.status_message, v.run_link, v.storage_location, m.workspace
            FROM model_version v JOIN registered_model m ON m.id = v.registered_model_id LEFT JOIN run r ON r.id = v.run_id WHERE m.source = $1 AND m.lifecycle_stage = 'ACTIVE'
            """),
        Table("model_version_tags", "key name version workspace", "key varchar(250) NOT NULL; value text; name varchar(256) NOT NULL; version integer NOT NULL; workspace varchar(63)",
            """
            SELECT t.key, t.value, m.name, v.version, m.workspace FROM model_version_tag t JOIN model_version v ON v.id = t.model_version_id JOIN registered_model m ON m.id = v.registered_model_id
            WHERE m.source = $1 AND m.lifecycle_stage = 'ACTIVE'
            """),
        Table("trace_info", "request_id",
            """
            request_id varchar(50) NOT NULL; experiment_id integer NOT NULL; timestamp_ms bigint NOT NULL; execution_time_ms bigint; status varchar(50) NOT NULL; client_request_id varchar(50);
            request_preview varchar(1000); response_preview varchar(1000)
            """,
            OfTrace("trace_info", $"i.original AS experiment_id, {Ms("t.start_time")} AS timestamp_ms, t.execution_time_ms, t.status, t.client_request_id, t.request_preview, t.response_preview")),
        Table("trace_request_metadata", "key request_id", "key varchar(250) NOT NULL; value varchar(8000); request_id varchar(50) NOT NULL", OfTrace("trace_metadata", "x.key, x.value")),
        Table("trace_tags", "key request_id", "key varchar(250) NOT NULL; value varchar(8000); request_id varchar(50) NOT NULL", OfTrace("trace_tag", "x.key, x.value")),
        Table("spans", "trace_id span_id",
            """
            trace_id varchar(50) NOT NULL; experiment_id integer NOT NULL; span_id varchar(50) NOT NULL; parent_span_id varchar(50); name text; type varchar(500); status varchar(50) NOT NULL;
            start_time_unix_nano bigint NOT NULL; end_time_unix_nano bigint; content text NOT NULL; dimension_attributes json
            """,
            OfTrace("span",
                """
                t.request_id AS trace_id, i.original AS experiment_id, x.span_id, x.parent_span_id, x.name, x.type, x.status, x.start_time_unix_nano, x.end_time_unix_nano, x.content, x.dimension_attributes
                """)),
        Table("entity_associations", "source_type source_id destination_type destination_id",
            "association_id varchar(36) NOT NULL; source_type varchar(36) NOT NULL; source_id varchar(36) NOT NULL; destination_type varchar(36) NOT NULL; destination_id varchar(36) NOT NULL; created_time bigint",
            $"SELECT original_id AS association_id, origin_type AS source_type, origin_id AS source_id, destination_type, destination_id, {Ms("creation_time")} AS created_time FROM entity_association WHERE source = $1"),
    ];

    private static readonly IReadOnlyList<OriginalTable> All = [.. Statements.Select(statement => statement.Table)];

    private protected override string Name => "mlflow";

    private protected override string System => "MLFLOW";

    private protected override IReadOnlyList<OriginalTable> Tables => All;

    private protected override string OtherType => "text";

    private protected override DumpWriter Writer(Stream target) => new PostgresDumpWriter(target);

    private protected override async Task FillAsync(ExportRun run, CancellationToken ct)
    {
        await run.ExecuteAsync(
            $"""
            CREATE TEMP TABLE id_experiment ON COMMIT DROP AS
            SELECT id, coalesce(original_id, ((SELECT {Sql.Last} FROM experiment, pg_temp.whole_number(original_id) AS n WHERE source = $1)
                + row_number() OVER (PARTITION BY original_id IS NULL ORDER BY id))::text) AS original
            FROM experiment WHERE source = $1
            """, ct).ConfigureAwait(false);
        await run.Series.ReadAsync(
            "here_point (run_id bigint, key text, value double precision, ms bigint, step bigint)", "run_id, toString(key), value, toUnixTimestamp64Milli(time), step",
            "FROM metric_point WHERE run_id IN {ids:Array(Int64)} AND scope = 'RUN' AND label = '' AND rank = 0",
            await run.IdsAsync("SELECT id FROM run WHERE source = $1", ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        foreach (var (table, select) in Statements)
            await run.FillAsync(table, select, ct).ConfigureAwait(false);
    }

    private static string Ms(string time) => $"(extract(epoch FROM {time}) * 1000)::bigint";

    private static string Metric(string value) => Value.Replace("{0}", value, StringComparison.Ordinal);

    private static string IsNaN(string value) => $"CASE WHEN {value} = 'NaN' THEN 't' ELSE 'f' END";

    private static string OfModel(string table, string columns) =>
        $"SELECT m.model_id, i.original AS experiment_id, {columns} FROM {table} t JOIN logged_model m ON m.id = t.logged_model_id JOIN pg_temp.id_experiment i ON i.id = m.experiment_id WHERE m.source = $1";

    private static string OfTrace(string table, string columns) =>
        $"""
        SELECT t.request_id, {columns} FROM trace t JOIN pg_temp.id_experiment i ON i.id = t.experiment_id {(table == "trace_info" ? "" : $"JOIN {table} x ON x.trace_id = t.id")}
        WHERE t.source = $1 AND t.lifecycle_stage = 'ACTIVE'
        """;

    private static (OriginalTable Table, string Select) Table(string name, string key, string columns, string select) => (
        new OriginalTable(name, key.Split(' '), [.. columns.Split(';').Select(column => column.Trim().Split(' ', 2)).Select(column =>
            new OriginalColumn(column[0], column[1], column[0] is "experiment_id" && key == "experiment_id" ? ColumnKind.Id : ColumnKind.Text))]),
        select);
}
