namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// What the source has no more. Only rows that an import of this source brought are touched: of a record the one with an original id, of a param, tag, alias or version the one that
/// an import wrote last. Experiments, runs, logged models and traces are marked as deleted, with all that belongs to them kept: a record that comes back at the source comes back
/// here. The rest is removed, points too (<see cref="ImportedPoints"/>); experiments, params, tags and the registry keep their history. What records that were made here need stays.
/// A statement runs only if the source has its table at all: an older schema, or a dump of some tables, says nothing about the others.
/// <c>$1</c> is the source, <c>$3</c> the experiment's internal id. They run before the new rows are written, because a record that was made anew takes the keys of the old one.
/// </summary>
internal static class MlflowRemovals
{
    /// <summary>Within one experiment that the source still has.</summary>
    public static readonly (string Table, string Sql)[] OfExperiment =
    [
        ("experiment_tags",
            """
            DELETE FROM experiment_tag t USING experiment e
            WHERE t.experiment_id = $3 AND t.changed_by = 'import' AND e.id = t.experiment_id
                AND NOT EXISTS (SELECT FROM pg_temp.mlflow_experiment_tags s WHERE s.experiment_id = e.original_id AND s.key = t.key)
            """),
        ("runs",
            """
            UPDATE run SET lifecycle_stage = 'DELETED', deletion = nextval('deletion'), deleted_time = coalesce(deleted_time, now())
            WHERE experiment_id = $3 AND source = $1 AND original_id IS NOT NULL AND lifecycle_stage = 'ACTIVE'
                AND NOT EXISTS (SELECT FROM pg_temp.mlflow_runs s WHERE s.run_uuid = run.original_id)
            """),
        ("params", Children("run_param", "run_id", "run", "runs", "run_uuid", "params", "run_uuid", ("key", "key"), "AND t.changed_by = 'import'")),
        ("tags", Children("run_tag", "run_id", "run", "runs", "run_uuid", "tags", "run_uuid", ("key", "key"), "AND t.changed_by = 'import'")),
        ("datasets",
            """
            DELETE FROM dataset WHERE experiment_id = $3 AND source = $1 AND original_id IS NOT NULL
                AND NOT EXISTS (SELECT FROM pg_temp.mlflow_datasets s WHERE s.dataset_uuid = dataset.original_id)
                AND NOT EXISTS (SELECT FROM prediction_set h WHERE h.dataset_id = dataset.id) AND NOT EXISTS (SELECT FROM dataset_feature h WHERE h.dataset_id = dataset.id)
            """),
        ("logged_model_metrics",
            """
            DELETE FROM logged_model_metric t USING logged_model o
            WHERE o.id = t.logged_model_id AND o.experiment_id = $3 AND o.source = $1 AND EXISTS (SELECT FROM pg_temp.mlflow_logged_models p WHERE p.model_id = o.original_id)
                AND NOT EXISTS (
                    SELECT FROM pg_temp.mlflow_logged_model_metrics s
                    WHERE s.model_id = o.original_id AND s.metric_name = t.key AND s.metric_step::bigint = t.step AND coalesce(s.run_id, '') = t.original_run_id
                        AND pg_temp.ms_time(s.metric_timestamp_ms) = t.time)
            """),
        ("logged_model_params", Children("logged_model_param", "logged_model_id", "logged_model", "logged_models", "model_id", "logged_model_params", "model_id", ("key", "param_key"))),
        ("logged_model_tags", Children("logged_model_tag", "logged_model_id", "logged_model", "logged_models", "model_id", "logged_model_tags", "model_id", ("key", "tag_key"), "AND t.changed_by = 'import'")),
        ("logged_models",
            """
            UPDATE logged_model SET lifecycle_stage = 'DELETED', deletion = nextval('deletion')
            WHERE experiment_id = $3 AND source = $1 AND original_id IS NOT NULL AND lifecycle_stage = 'ACTIVE'
                AND NOT EXISTS (SELECT FROM pg_temp.mlflow_logged_models s WHERE s.model_id = logged_model.original_id)
            """),
        ("trace_request_metadata", Children("trace_metadata", "trace_id", "trace", "trace_info", "request_id", "trace_request_metadata", "request_id", ("key", "key"))),
        ("trace_tags", Children("trace_tag", "trace_id", "trace", "trace_info", "request_id", "trace_tags", "request_id", ("key", "key"), "AND t.changed_by = 'import'")),
        ("spans", Children("span", "trace_id", "trace", "trace_info", "request_id", "spans", "trace_id", ("span_id", "span_id"))),
        ("trace_info",
            """
            UPDATE trace SET lifecycle_stage = 'DELETED', deletion = nextval('deletion')
            WHERE experiment_id = $3 AND source = $1 AND original_id IS NOT NULL AND lifecycle_stage = 'ACTIVE'
                AND NOT EXISTS (SELECT FROM pg_temp.mlflow_trace_info s WHERE s.request_id = trace.original_id)
            """),
    ];

    /// <summary>An experiment that the source has no more, and its runs, logged models and traces: one deletion, so that restoring the experiment revives no run that was deleted before.</summary>
    public static readonly (string Table, string Sql)[] OfLostExperiment =
    [
        ("experiments", "UPDATE experiment SET lifecycle_stage = 'DELETED', deletion = nextval('deletion') WHERE id = $3 AND source = $1 AND lifecycle_stage = 'ACTIVE'"),
        ("runs", WithExperiment("run", ", deleted_time = coalesce(deleted_time, now())")),
        ("logged_models", WithExperiment("logged_model")),
        ("trace_info", WithExperiment("trace")),
    ];

    /// <summary>What belongs to no experiment, or links several. <c>$2</c> and <c>$3</c> are not used.</summary>
    public static readonly (string Table, string Sql)[] OfSource =
    [
        // The links of a run or an experiment that is only marked as deleted are kept with it.
        ("input_tags",
            """
            DELETE FROM input_tag t USING run_input i
            WHERE i.id = t.run_input_id AND i.source = $1 AND i.original_id IS NOT NULL
                AND (i.run_id IS NULL OR EXISTS (SELECT FROM run r JOIN pg_temp.mlflow_runs s ON s.run_uuid = r.original_id WHERE r.id = i.run_id))
                AND NOT EXISTS (SELECT FROM pg_temp.mlflow_input_tags s WHERE s.input_uuid = i.original_id AND s.name = t.name)
            """),
        ("inputs",
            """
            DELETE FROM run_input i
            WHERE i.source = $1 AND i.original_id IS NOT NULL
                AND (i.run_id IS NULL OR EXISTS (SELECT FROM run r JOIN pg_temp.mlflow_runs s ON s.run_uuid = r.original_id WHERE r.id = i.run_id))
                AND NOT EXISTS (
                    SELECT FROM pg_temp.mlflow_inputs s WHERE s.source_type = i.origin_type AND s.source_id = i.origin_id
                        AND s.destination_type = i.destination_type AND s.destination_id = i.destination_id)
            """),
        ("entity_associations",
            """
            DELETE FROM entity_association a
            WHERE a.source = $1 AND a.original_id IS NOT NULL
                AND (a.run_id IS NULL OR EXISTS (SELECT FROM run r JOIN pg_temp.mlflow_runs s ON s.run_uuid = r.original_id WHERE r.id = a.run_id))
                AND (a.experiment_id IS NULL OR EXISTS (SELECT FROM experiment e JOIN pg_temp.mlflow_experiments s ON s.experiment_id = e.original_id WHERE e.id = a.experiment_id))
                AND NOT EXISTS (
                    SELECT FROM pg_temp.mlflow_entity_associations s WHERE s.source_type = a.origin_type AND s.source_id = a.origin_id
                        AND s.destination_type = a.destination_type AND s.destination_id = a.destination_id)
            """),
        ("registered_model_aliases", OfModel("model_alias t USING registered_model m", "m.id = t.registered_model_id AND t.changed_by = 'import'", "registered_model_aliases", "s.alias = t.alias")),
        ("registered_model_tags", OfModel("registered_model_tag t USING registered_model m", "m.id = t.registered_model_id AND t.changed_by = 'import'", "registered_model_tags", "s.key = t.key")),
        ("model_version_tags", OfModel("model_version_tag t USING model_version v, registered_model m", "v.id = t.model_version_id AND m.id = v.registered_model_id AND t.changed_by = 'import'",
            "model_version_tags", "s.version::int = v.version AND s.key = t.key")),
        ("model_versions", OfModel("model_version t USING registered_model m", "m.id = t.registered_model_id AND t.changed_by = 'import'", "model_versions", "s.version::int = t.version")),
        ("registered_models", OfModel("registered_model m", "TRUE", "registered_models",
            """
            TRUE) AND NOT EXISTS (SELECT FROM model_version h WHERE h.registered_model_id = m.id) AND NOT EXISTS (SELECT FROM model_alias h WHERE h.registered_model_id = m.id)
            AND NOT EXISTS (SELECT FROM registered_model_tag h WHERE h.registered_model_id = m.id
            """)),
    ];

    /// <summary>Links that follow from rows which may be gone. Links that name something anew are made afterwards.</summary>
    public static readonly string[] Links =
    [
        """
        UPDATE run SET parent_id = NULL
        WHERE source = $1 AND original_id IS NOT NULL AND parent_id IS NOT NULL AND NOT EXISTS (SELECT FROM run_tag t WHERE t.run_id = run.id AND t.key = 'mlflow.parentRunId')
        """,
        """
        DELETE FROM trace_run l USING trace t, run r
        WHERE t.id = l.trace_id AND t.source = $1 AND t.original_id IS NOT NULL AND r.id = l.run_id
            AND NOT EXISTS (SELECT FROM entity_association a WHERE a.trace_id = t.id AND a.run_id = r.id)
            AND NOT EXISTS (SELECT FROM trace_metadata m WHERE m.trace_id = t.id AND m.key = 'mlflow.sourceRun' AND m.value = r.original_id)
        """,
    ];

    /// <summary>Rows that belong to a record, by a key of their own.</summary>
    /// <param name="table">Their table.</param>
    /// <param name="owner">Its column of the record.</param>
    /// <param name="ownerTable">The record's table.</param>
    /// <param name="keptBy">The source's table of the records: those that it has no more keep their rows.</param>
    /// <param name="keptKey">That table's key.</param>
    /// <param name="staged">The source's table of the rows.</param>
    /// <param name="stagedOwner">Its column of the record.</param>
    /// <param name="key">The rows' own key, here and there.</param>
    /// <param name="and">A further condition.</param>
    private static string Children(
        string table, string owner, string ownerTable, string keptBy, string keptKey, string staged, string stagedOwner, (string Here, string There) key, string and = "") =>
        $"""
        DELETE FROM {table} t USING {ownerTable} o
        WHERE o.id = t.{owner} AND o.experiment_id = $3 AND o.source = $1 AND o.original_id IS NOT NULL {and}
            AND EXISTS (SELECT FROM pg_temp.mlflow_{keptBy} p WHERE p.{keptKey} = o.original_id)
            AND NOT EXISTS (SELECT FROM pg_temp.mlflow_{staged} s WHERE s.{stagedOwner} = o.original_id AND s.{key.There} = t.{key.Here})
        """;

    private static string WithExperiment(string table, string sets = "") =>
        $"""
        UPDATE {table} SET lifecycle_stage = 'DELETED', deletion = (SELECT deletion FROM experiment WHERE id = $3){sets}
        WHERE experiment_id = $3 AND source = $1 AND original_id IS NOT NULL AND lifecycle_stage = 'ACTIVE'
        """;

    private static string OfModel(string from, string join, string staged, string same) =>
        $"""
        DELETE FROM {from} WHERE {join} AND m.source = $1 AND m.original_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM pg_temp.mlflow_{staged} s WHERE s.name = m.name AND coalesce(s.workspace, 'default') = m.workspace AND {same})
        """;
}
