namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// From the temporary tables into ours, set by set. Every statement can run again: rows are found by the keys of the original, written only where they differ, and
/// counted (added, changed). <c>$1</c> is the source, <c>$2</c> the experiment's original id, <c>$3</c> its internal id.
/// </summary>
internal static class MlflowStatements
{
    /// <summary>Milliseconds since 1970 as MLflow keeps times. What no DateTime64 can hold is brought to the nearest it can; <c>least</c> and <c>greatest</c> pass over a null, which must stay one.</summary>
    public const string Functions =
        """
        CREATE OR REPLACE FUNCTION pg_temp.ms_time(ms text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
            SELECT CASE WHEN ms IS NOT NULL THEN timestamptz 'epoch' + greatest(least(ms::numeric, 10413791999000), -2208988800000)::float8 * interval '1 millisecond' END $$;
        -- Nanoseconds, cut to the microseconds that a timestamptz has.
        CREATE OR REPLACE FUNCTION pg_temp.nano_time(nano text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
            SELECT timestamptz 'epoch' + (nano::bigint / 1000)::float8 * interval '1 microsecond' $$;
        CREATE OR REPLACE FUNCTION pg_temp.stage(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE lower($1) WHEN 'deleted' THEN 'DELETED' ELSE 'ACTIVE' END $$;
        -- MLflow stores NaN as 0 with a flag, and the infinities as the largest doubles.
        CREATE OR REPLACE FUNCTION pg_temp.metric_value(value text, is_nan text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE WHEN is_nan IN ('t', 'true', '1') THEN 'NaN'::float8 WHEN value::float8 >= 1.7976931348623157e308 THEN 'Infinity'::float8
                WHEN value::float8 <= -1.7976931348623157e308 THEN '-Infinity'::float8 ELSE value::float8 END $$;
        """;

    /// <summary>
    /// Frees the experiment's name where another one of the source still has it: one that was renamed, too, and whose turn comes (two may have swapped their names), or one
    /// that the source has no more. It gives up the claim to its name, not the name.
    /// </summary>
    public const string FreeName =
        """
        UPDATE experiment SET unique_name = false FROM pg_temp.mlflow_experiments s
        WHERE s.experiment_id = $2 AND experiment.source = $1 AND experiment.name = s.name AND experiment.workspace = coalesce(s.workspace, 'default')
            AND experiment.unique_name AND experiment.original_id <> s.experiment_id
        """;

    /// <summary>Adds or changes the experiment.</summary>
    public const string Experiment =
        """
        INSERT INTO experiment (source, original_id, workspace, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
        SELECT $1, experiment_id, coalesce(workspace, 'default'), name, artifact_location, pg_temp.stage(lifecycle_stage), pg_temp.ms_time(creation_time), pg_temp.ms_time(last_update_time)
        FROM pg_temp.mlflow_experiments WHERE experiment_id = $2
        ON CONFLICT (source, original_id) DO UPDATE SET workspace = EXCLUDED.workspace, name = EXCLUDED.name, unique_name = true, artifact_location = EXCLUDED.artifact_location,
            lifecycle_stage = EXCLUDED.lifecycle_stage, deletion = CASE EXCLUDED.lifecycle_stage WHEN 'DELETED' THEN experiment.deletion END,
            creation_time = EXCLUDED.creation_time, last_update_time = EXCLUDED.last_update_time
        WHERE (experiment.workspace, experiment.name, experiment.unique_name, experiment.artifact_location, experiment.lifecycle_stage, experiment.creation_time, experiment.last_update_time)
            IS DISTINCT FROM (EXCLUDED.workspace, EXCLUDED.name, true, EXCLUDED.artifact_location, EXCLUDED.lifecycle_stage, EXCLUDED.creation_time, EXCLUDED.last_update_time)
        """;

    /// <summary>
    /// What was made here in the place of a record of the source's is the source's from then on: a dataset of an experiment with its name and digest, a trace with its request id.
    /// </summary>
    public static readonly string[] Adoptions =
    [
        """
        UPDATE dataset SET source = $1, original_id = s.dataset_uuid FROM pg_temp.mlflow_datasets s
        WHERE s.experiment_id = $2 AND dataset.experiment_id = $3 AND dataset.original_id IS NULL AND dataset.name = s.name AND dataset.digest = s.digest
        """,
        """
        UPDATE trace SET original_id = s.request_id FROM pg_temp.mlflow_trace_info s
        WHERE s.experiment_id = $2 AND trace.source = $1 AND trace.original_id IS NULL AND trace.request_id = s.request_id
        """,
    ];

    /// <summary>What belongs to one experiment, in an order in which each statement finds what it refers to.</summary>
    public static readonly (string Table, string Sql)[] OfExperiment =
    [
        ("experiment_tags", KeyValues("experiment_tag", "experiment_id", "SELECT $3::bigint, key, value FROM pg_temp.mlflow_experiment_tags WHERE experiment_id = $2")),
        ("runs",
            """
            INSERT INTO run (source, original_id, experiment_id, uuid, name, user_name, status_text, lifecycle_stage, start_time, end_time, deleted_time, artifact_uri,
                source_type, source_name, source_version, entry_point_name)
            SELECT $1, run_uuid, $3, run_uuid, name, user_id, status, pg_temp.stage(lifecycle_stage), pg_temp.ms_time(start_time), pg_temp.ms_time(end_time),
                pg_temp.ms_time(deleted_time), artifact_uri, source_type, source_name, source_version, entry_point_name
            FROM pg_temp.mlflow_runs WHERE experiment_id = $2
            ON CONFLICT (source, original_id) DO UPDATE SET experiment_id = EXCLUDED.experiment_id, name = EXCLUDED.name, user_name = EXCLUDED.user_name,
                status_text = EXCLUDED.status_text, lifecycle_stage = EXCLUDED.lifecycle_stage, deletion = CASE EXCLUDED.lifecycle_stage WHEN 'DELETED' THEN run.deletion END,
                start_time = EXCLUDED.start_time, end_time = EXCLUDED.end_time,
                deleted_time = EXCLUDED.deleted_time, artifact_uri = EXCLUDED.artifact_uri, source_type = EXCLUDED.source_type, source_name = EXCLUDED.source_name,
                source_version = EXCLUDED.source_version, entry_point_name = EXCLUDED.entry_point_name
            WHERE (run.experiment_id, run.name, run.user_name, run.status_text, run.lifecycle_stage, run.start_time, run.end_time, run.deleted_time, run.artifact_uri,
                    run.source_type, run.source_name, run.source_version, run.entry_point_name)
                IS DISTINCT FROM (EXCLUDED.experiment_id, EXCLUDED.name, EXCLUDED.user_name, EXCLUDED.status_text, EXCLUDED.lifecycle_stage, EXCLUDED.start_time,
                    EXCLUDED.end_time, EXCLUDED.deleted_time, EXCLUDED.artifact_uri, EXCLUDED.source_type, EXCLUDED.source_name, EXCLUDED.source_version, EXCLUDED.entry_point_name)
            """),
        ("params", KeyValues("run_param", "run_id", "SELECT r.id, p.key, p.value FROM pg_temp.mlflow_params p JOIN run r ON r.source = $1 AND r.original_id = p.run_uuid WHERE r.experiment_id = $3")),
        ("tags", KeyValues("run_tag", "run_id", "SELECT r.id, t.key, t.value FROM pg_temp.mlflow_tags t JOIN run r ON r.source = $1 AND r.original_id = t.run_uuid WHERE r.experiment_id = $3")),
        ("datasets",
            """
            INSERT INTO dataset (source, original_id, experiment_id, name, digest, origin_type, origin_text, schema_text, profile_text)
            SELECT $1, dataset_uuid, $3, name, digest, dataset_source_type, dataset_source, dataset_schema, dataset_profile FROM pg_temp.mlflow_datasets WHERE experiment_id = $2
            ON CONFLICT (source, original_id) DO UPDATE SET experiment_id = EXCLUDED.experiment_id, name = EXCLUDED.name, digest = EXCLUDED.digest,
                origin_type = EXCLUDED.origin_type, origin_text = EXCLUDED.origin_text, schema_text = EXCLUDED.schema_text, profile_text = EXCLUDED.profile_text,
                lifecycle_stage = 'ACTIVE', deletion = NULL
            WHERE (dataset.experiment_id, dataset.name, dataset.digest, dataset.origin_type, dataset.origin_text, dataset.schema_text, dataset.profile_text, dataset.lifecycle_stage)
                IS DISTINCT FROM (EXCLUDED.experiment_id, EXCLUDED.name, EXCLUDED.digest, EXCLUDED.origin_type, EXCLUDED.origin_text, EXCLUDED.schema_text, EXCLUDED.profile_text, 'ACTIVE')
            """),
        ("logged_models",
            """
            INSERT INTO logged_model (source, original_id, model_id, experiment_id, source_run_id, original_source_run_id, name, artifact_location, creation_time, last_update_time,
                status_code, status_message, lifecycle_stage, model_type)
            SELECT $1, m.model_id, m.model_id, $3, r.id, m.source_run_id, m.name, m.artifact_location, pg_temp.ms_time(m.creation_timestamp_ms),
                pg_temp.ms_time(m.last_updated_timestamp_ms), m.status::int, m.status_message, pg_temp.stage(m.lifecycle_stage), m.model_type
            FROM pg_temp.mlflow_logged_models m LEFT JOIN run r ON r.source = $1 AND r.original_id = m.source_run_id WHERE m.experiment_id = $2
            ON CONFLICT (source, original_id) DO UPDATE SET experiment_id = EXCLUDED.experiment_id, source_run_id = EXCLUDED.source_run_id,
                original_source_run_id = EXCLUDED.original_source_run_id, name = EXCLUDED.name, artifact_location = EXCLUDED.artifact_location,
                creation_time = EXCLUDED.creation_time, last_update_time = EXCLUDED.last_update_time, status_code = EXCLUDED.status_code,
                status_message = EXCLUDED.status_message, lifecycle_stage = EXCLUDED.lifecycle_stage,
                deletion = CASE EXCLUDED.lifecycle_stage WHEN 'DELETED' THEN logged_model.deletion END, model_type = EXCLUDED.model_type
            WHERE (logged_model.experiment_id, logged_model.original_source_run_id, logged_model.name, logged_model.artifact_location, logged_model.last_update_time,
                    logged_model.status_code, logged_model.status_message, logged_model.lifecycle_stage, logged_model.model_type)
                IS DISTINCT FROM (EXCLUDED.experiment_id, EXCLUDED.original_source_run_id, EXCLUDED.name, EXCLUDED.artifact_location, EXCLUDED.last_update_time,
                    EXCLUDED.status_code, EXCLUDED.status_message, EXCLUDED.lifecycle_stage, EXCLUDED.model_type)
            """),
        ("logged_model_params", KeyValues("logged_model_param", "logged_model_id",
            "SELECT m.id, p.param_key, p.param_value FROM pg_temp.mlflow_logged_model_params p JOIN logged_model m ON m.source = $1 AND m.original_id = p.model_id WHERE m.experiment_id = $3")),
        ("logged_model_tags", KeyValues("logged_model_tag", "logged_model_id",
            "SELECT m.id, t.tag_key, t.tag_value FROM pg_temp.mlflow_logged_model_tags t JOIN logged_model m ON m.source = $1 AND m.original_id = t.model_id WHERE m.experiment_id = $3")),
        ("logged_model_metrics",
            """
            INSERT INTO logged_model_metric (logged_model_id, key, step, time, value, run_id, original_run_id, dataset_id, dataset_uuid, dataset_name, dataset_digest)
            SELECT m.id, x.metric_name, x.metric_step::bigint, pg_temp.ms_time(x.metric_timestamp_ms), pg_temp.metric_value(x.metric_value, NULL), r.id, coalesce(x.run_id, ''),
                (SELECT d.id FROM dataset d WHERE d.source = $1 AND d.original_id = x.dataset_uuid UNION ALL
                 SELECT d.id FROM dataset d WHERE d.experiment_id = $3 AND d.name = x.dataset_name AND d.digest = x.dataset_digest LIMIT 1),
                x.dataset_uuid, x.dataset_name, x.dataset_digest
            FROM pg_temp.mlflow_logged_model_metrics x JOIN logged_model m ON m.source = $1 AND m.original_id = x.model_id
                LEFT JOIN run r ON r.source = $1 AND r.original_id = x.run_id
            WHERE m.experiment_id = $3
            ON CONFLICT (logged_model_id, key, time, step, original_run_id) DO UPDATE SET value = EXCLUDED.value, run_id = EXCLUDED.run_id, dataset_id = EXCLUDED.dataset_id,
                dataset_uuid = EXCLUDED.dataset_uuid, dataset_name = EXCLUDED.dataset_name, dataset_digest = EXCLUDED.dataset_digest
            WHERE (logged_model_metric.value, logged_model_metric.dataset_uuid, logged_model_metric.dataset_name, logged_model_metric.dataset_digest)
                IS DISTINCT FROM (EXCLUDED.value, EXCLUDED.dataset_uuid, EXCLUDED.dataset_name, EXCLUDED.dataset_digest)
            """),
        ("trace_info",
            """
            INSERT INTO trace (source, original_id, request_id, client_request_id, experiment_id, start_time, execution_time_ms, status, request_preview, response_preview)
            SELECT $1, request_id, request_id, client_request_id, $3, pg_temp.ms_time(timestamp_ms), execution_time_ms::bigint, status, request_preview, response_preview
            FROM pg_temp.mlflow_trace_info WHERE experiment_id = $2
            ON CONFLICT (source, original_id) DO UPDATE SET client_request_id = EXCLUDED.client_request_id, experiment_id = EXCLUDED.experiment_id, start_time = EXCLUDED.start_time,
                execution_time_ms = EXCLUDED.execution_time_ms, status = EXCLUDED.status, request_preview = EXCLUDED.request_preview, response_preview = EXCLUDED.response_preview,
                lifecycle_stage = 'ACTIVE', deletion = NULL
            WHERE (trace.client_request_id, trace.experiment_id, trace.start_time, trace.execution_time_ms, trace.status, trace.request_preview, trace.response_preview, trace.lifecycle_stage)
                IS DISTINCT FROM (EXCLUDED.client_request_id, EXCLUDED.experiment_id, EXCLUDED.start_time, EXCLUDED.execution_time_ms, EXCLUDED.status, EXCLUDED.request_preview,
                    EXCLUDED.response_preview, 'ACTIVE')
            """),
        ("trace_request_metadata", KeyValues("trace_metadata", "trace_id",
            "SELECT t.id, m.key, m.value FROM pg_temp.mlflow_trace_request_metadata m JOIN trace t ON t.source = $1 AND t.original_id = m.request_id WHERE t.experiment_id = $3")),
        ("trace_tags", KeyValues("trace_tag", "trace_id",
            "SELECT t.id, g.key, g.value FROM pg_temp.mlflow_trace_tags g JOIN trace t ON t.source = $1 AND t.original_id = g.request_id WHERE t.experiment_id = $3")),
        ("spans",
            """
            INSERT INTO span (trace_id, experiment_id, span_id, parent_span_id, name, type, status, start_time, end_time, start_time_unix_nano, end_time_unix_nano, content, dimension_attributes)
            SELECT t.id, $3, s.span_id, s.parent_span_id, s.name, s.type, s.status, pg_temp.nano_time(s.start_time_unix_nano), pg_temp.nano_time(s.end_time_unix_nano),
                s.start_time_unix_nano::bigint, s.end_time_unix_nano::bigint, s.content, s.dimension_attributes
            FROM pg_temp.mlflow_spans s JOIN trace t ON t.source = $1 AND t.original_id = s.trace_id WHERE t.experiment_id = $3
            ON CONFLICT (trace_id, span_id) DO UPDATE SET parent_span_id = EXCLUDED.parent_span_id, name = EXCLUDED.name, type = EXCLUDED.type, status = EXCLUDED.status,
                start_time = EXCLUDED.start_time, end_time = EXCLUDED.end_time, start_time_unix_nano = EXCLUDED.start_time_unix_nano, end_time_unix_nano = EXCLUDED.end_time_unix_nano,
                content = EXCLUDED.content, dimension_attributes = EXCLUDED.dimension_attributes
            WHERE (span.parent_span_id, span.name, span.type, span.status, span.start_time_unix_nano, span.end_time_unix_nano, span.content, span.dimension_attributes)
                IS DISTINCT FROM (EXCLUDED.parent_span_id, EXCLUDED.name, EXCLUDED.type, EXCLUDED.status, EXCLUDED.start_time_unix_nano, EXCLUDED.end_time_unix_nano, EXCLUDED.content, EXCLUDED.dimension_attributes)
            """),
        ("inputs", Inputs("WHERE r.experiment_id = $3")),
        ("input_tags", InputTags("JOIN run r ON r.id = i.run_id WHERE r.experiment_id = $3")),
    ];

    /// <summary>What belongs to no experiment, or links several. <c>$2</c> and <c>$3</c> are not used.</summary>
    public static readonly (string Table, string Sql)[] OfSource =
    [
        ("inputs", Inputs("")),
        ("input_tags", InputTags("")),
        ("registered_models",
            """
            INSERT INTO registered_model (source, original_id, workspace, name, description, creation_time, last_update_time)
            SELECT $1, name, coalesce(workspace, 'default'), name, description, pg_temp.ms_time(creation_time), pg_temp.ms_time(last_updated_time) FROM pg_temp.mlflow_registered_models
            ON CONFLICT (name, source, workspace) DO UPDATE SET description = EXCLUDED.description, creation_time = EXCLUDED.creation_time, last_update_time = EXCLUDED.last_update_time
            WHERE (registered_model.description, registered_model.creation_time, registered_model.last_update_time)
                IS DISTINCT FROM (EXCLUDED.description, EXCLUDED.creation_time, EXCLUDED.last_update_time)
            """),
        ("registered_model_tags", KeyValues("registered_model_tag", "registered_model_id",
            "SELECT m.id, t.key, t.value FROM pg_temp.mlflow_registered_model_tags t JOIN registered_model m ON m.source = $1 AND m.name = t.name AND m.workspace = coalesce(t.workspace, 'default')")),
        ("model_versions",
            """
            INSERT INTO model_version (registered_model_id, source, name, version, description, user_name, current_stage, status, status_message, source_uri, storage_location, run_link,
                run_id, original_run_id, logged_model_id, creation_time, last_update_time, deletion)
            SELECT m.id, $1, v.name, v.version::int, v.description, v.user_id, v.current_stage, v.status, v.status_message, v.source, v.storage_location, v.run_link,
                r.id, v.run_id, l.id, pg_temp.ms_time(v.creation_time), pg_temp.ms_time(v.last_updated_time), m.deletion
            FROM pg_temp.mlflow_model_versions v JOIN registered_model m ON m.source = $1 AND m.name = v.name AND m.workspace = coalesce(v.workspace, 'default')
                LEFT JOIN run r ON r.source = $1 AND r.original_id = v.run_id
                LEFT JOIN logged_model l ON l.source = $1 AND l.original_id = substring(v.source FROM '^models:/(m-[0-9a-f]+)$')
            ON CONFLICT (registered_model_id, version) DO UPDATE SET description = EXCLUDED.description, user_name = EXCLUDED.user_name, current_stage = EXCLUDED.current_stage,
                status = EXCLUDED.status, status_message = EXCLUDED.status_message, source_uri = EXCLUDED.source_uri, storage_location = EXCLUDED.storage_location,
                run_link = EXCLUDED.run_link, run_id = EXCLUDED.run_id, original_run_id = EXCLUDED.original_run_id, logged_model_id = EXCLUDED.logged_model_id,
                creation_time = EXCLUDED.creation_time, last_update_time = EXCLUDED.last_update_time
            WHERE (model_version.description, model_version.user_name, model_version.current_stage, model_version.status, model_version.status_message, model_version.source_uri,
                    model_version.storage_location, model_version.run_link, model_version.run_id, model_version.original_run_id, model_version.logged_model_id, model_version.last_update_time)
                IS DISTINCT FROM (EXCLUDED.description, EXCLUDED.user_name, EXCLUDED.current_stage, EXCLUDED.status, EXCLUDED.status_message, EXCLUDED.source_uri,
                    EXCLUDED.storage_location, EXCLUDED.run_link, EXCLUDED.run_id, EXCLUDED.original_run_id, EXCLUDED.logged_model_id, EXCLUDED.last_update_time)
            """),
        ("model_version_tags", KeyValues("model_version_tag", "model_version_id",
            """
            SELECT v.id, t.key, t.value FROM pg_temp.mlflow_model_version_tags t
                JOIN registered_model m ON m.source = $1 AND m.name = t.name AND m.workspace = coalesce(t.workspace, 'default')
                JOIN model_version v ON v.registered_model_id = m.id AND v.version = t.version::int
            """)),
        ("registered_model_aliases",
            """
            INSERT INTO model_alias (registered_model_id, alias, version, model_version_id)
            SELECT m.id, a.alias, a.version::int, v.id
            FROM pg_temp.mlflow_registered_model_aliases a JOIN registered_model m ON m.source = $1 AND m.name = a.name AND m.workspace = coalesce(a.workspace, 'default')
                LEFT JOIN model_version v ON v.registered_model_id = m.id AND v.version = a.version::int
            ON CONFLICT (registered_model_id, alias) DO UPDATE SET version = EXCLUDED.version, model_version_id = EXCLUDED.model_version_id
            WHERE (model_alias.version, model_alias.model_version_id) IS DISTINCT FROM (EXCLUDED.version, EXCLUDED.model_version_id)
            """),
        ("entity_associations",
            """
            INSERT INTO entity_association (source, original_id, origin_type, origin_id, destination_type, destination_id, creation_time, experiment_id, run_id, trace_id)
            SELECT $1, a.association_id, a.source_type, a.source_id, a.destination_type, a.destination_id, pg_temp.ms_time(a.created_time), e.id, r.id, t.id
            FROM pg_temp.mlflow_entity_associations a
                LEFT JOIN experiment e ON e.source = $1 AND e.original_id = CASE 'experiment' WHEN a.source_type THEN a.source_id WHEN a.destination_type THEN a.destination_id END
                LEFT JOIN run r ON r.source = $1 AND r.original_id = CASE 'run' WHEN a.source_type THEN a.source_id WHEN a.destination_type THEN a.destination_id END
                LEFT JOIN trace t ON t.source = $1 AND t.original_id = CASE 'trace' WHEN a.source_type THEN a.source_id WHEN a.destination_type THEN a.destination_id END
            ON CONFLICT (source, origin_type, origin_id, destination_type, destination_id) DO UPDATE SET
                original_id = EXCLUDED.original_id, creation_time = EXCLUDED.creation_time, experiment_id = EXCLUDED.experiment_id, run_id = EXCLUDED.run_id, trace_id = EXCLUDED.trace_id
            WHERE (entity_association.original_id, entity_association.creation_time, entity_association.experiment_id, entity_association.run_id, entity_association.trace_id)
                IS DISTINCT FROM (EXCLUDED.original_id, EXCLUDED.creation_time, EXCLUDED.experiment_id, EXCLUDED.run_id, EXCLUDED.trace_id)
            """),
    ];

    /// <summary>Links that may cross experiments, made when all of them are there.</summary>
    public static readonly string[] Links =
    [
        """
        UPDATE run SET parent_id = parent.id FROM run_tag t, run parent
        WHERE run.source = $1 AND t.run_id = run.id AND t.key = 'mlflow.parentRunId' AND parent.source = $1 AND parent.original_id = t.value AND parent.id <> run.id
            AND run.parent_id IS DISTINCT FROM parent.id
        """,
        """
        UPDATE logged_model SET source_run_id = r.id FROM run r
        WHERE logged_model.source = $1 AND r.source = $1 AND r.original_id = logged_model.original_source_run_id AND logged_model.source_run_id IS DISTINCT FROM r.id
        """,
        """
        UPDATE logged_model_metric SET run_id = r.id FROM logged_model m, run r
        WHERE logged_model_metric.run_id IS NULL AND m.id = logged_model_metric.logged_model_id AND m.source = $1 AND r.source = $1 AND r.original_id = logged_model_metric.original_run_id
        """,
        """
        INSERT INTO trace_run (trace_id, run_id)
        SELECT trace_id, run_id FROM entity_association WHERE source = $1 AND trace_id IS NOT NULL AND run_id IS NOT NULL
        UNION
        SELECT m.trace_id, r.id FROM trace t JOIN trace_metadata m ON m.trace_id = t.id AND m.key = 'mlflow.sourceRun' JOIN run r ON r.source = $1 AND r.original_id = m.value
        WHERE t.source = $1
        ON CONFLICT DO NOTHING
        """,
    ];

    /// <summary>The points of an experiment, as <see cref="ImportedPoints"/> takes them.</summary>
    public const string Points =
        """
        SELECT r.id, m.key, m.step::bigint, greatest(least(m.timestamp::numeric, 10413791999000), -2208988800000)::bigint, pg_temp.metric_value(m.value, m.is_nan), 'RUN' AS scope, '', 0::bigint
        FROM pg_temp.mlflow_metrics m JOIN pg_temp.mlflow_runs s USING (run_uuid) JOIN run r ON r.source = $1 AND r.original_id = m.run_uuid
        WHERE r.experiment_id = $2 ORDER BY r.id, m.key COLLATE "C", 3, 4
        """;

    /// <summary>How many of the source's latest metrics differ from the summaries of the points that came with them.</summary>
    public const string CompareLatest =
        """
        SELECT count(*) FROM pg_temp.mlflow_latest_metrics l JOIN run r ON r.source = $1 AND r.original_id = l.run_uuid
            LEFT JOIN run_metric m ON m.run_id = r.id AND m.scope = 'RUN' AND m.key = l.key AND m.label = '' AND m.rank = 0
        WHERE (m.last_step, m.last_time, m.last_value) IS DISTINCT FROM (l.step::bigint, pg_temp.ms_time(l.timestamp), pg_temp.metric_value(l.value, l.is_nan))
        """;

    /// <summary>Makes a statement tell how many rows it added and how many it changed.</summary>
    public static string Counted(string insert) =>
        $"WITH written AS ({insert} RETURNING xmax = 0 AS added) SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM written";

    private static string KeyValues(string table, string owner, string select) =>
        $"""
        INSERT INTO {table} ({owner}, key, value) {select}
        ON CONFLICT ({owner}, key) DO UPDATE SET value = EXCLUDED.value WHERE {table}.value IS DISTINCT FROM EXCLUDED.value
        """;

    private static string Inputs(string where) =>
        $"""
        INSERT INTO run_input (source, original_id, run_id, dataset_id, logged_model_id, direction, origin_type, origin_id, destination_type, destination_id, step)
        SELECT $1, i.input_uuid, r.id, d.id, m.id,
            CASE WHEN i.source_type = 'RUN_OUTPUT' OR i.destination_type = 'MODEL_OUTPUT' THEN 'OUTPUT' ELSE 'INPUT' END,
            i.source_type, i.source_id, i.destination_type, i.destination_id, coalesce(i.step::bigint, 0)
        FROM pg_temp.mlflow_inputs i
            LEFT JOIN run r ON r.source = $1 AND r.original_id = CASE WHEN i.destination_type = 'RUN' THEN i.destination_id WHEN i.source_type LIKE 'RUN%' THEN i.source_id END
            LEFT JOIN dataset d ON d.source = $1 AND d.original_id = CASE 'DATASET' WHEN i.source_type THEN i.source_id WHEN i.destination_type THEN i.destination_id END
            LEFT JOIN logged_model m ON m.source = $1 AND m.original_id = CASE WHEN i.destination_type LIKE 'MODEL%' THEN i.destination_id WHEN i.source_type LIKE 'MODEL%' THEN i.source_id END
        {where}
        ON CONFLICT (source, origin_type, origin_id, destination_type, destination_id) DO UPDATE SET original_id = EXCLUDED.original_id, run_id = EXCLUDED.run_id,
            dataset_id = EXCLUDED.dataset_id, logged_model_id = EXCLUDED.logged_model_id, step = EXCLUDED.step
        WHERE (run_input.original_id, run_input.run_id, run_input.dataset_id, run_input.logged_model_id, run_input.step)
            IS DISTINCT FROM (EXCLUDED.original_id, EXCLUDED.run_id, EXCLUDED.dataset_id, EXCLUDED.logged_model_id, EXCLUDED.step)
        """;

    private static string InputTags(string rest) =>
        $"""
        INSERT INTO input_tag (run_input_id, name, value) SELECT i.id, t.name, t.value FROM pg_temp.mlflow_input_tags t JOIN run_input i ON i.source = $1 AND i.original_id = t.input_uuid {rest}
        ON CONFLICT (run_input_id, name) DO UPDATE SET value = EXCLUDED.value WHERE input_tag.value IS DISTINCT FROM EXCLUDED.value
        """;
}
