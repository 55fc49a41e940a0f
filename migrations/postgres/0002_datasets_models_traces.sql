-- The rest of the MLflow part of the domain: datasets and inputs, logged models, the registry, traces, and what has no type here.

CREATE TABLE dataset (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    experiment_id bigint REFERENCES experiment,
    name text NOT NULL,
    digest text,
    -- where its data come from: MLflow's dataset_source_type and dataset_source; documents keep their text: what they were written as comes back byte by byte
    origin_type text,
    origin_text text,
    schema_text text,
    profile_text text,
    UNIQUE (source, original_id)
);
CREATE UNIQUE INDEX dataset_key ON dataset (experiment_id, name, digest);
CREATE INDEX dataset_by_name ON dataset (name, digest);

CREATE TABLE logged_model (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    model_id text NOT NULL,
    experiment_id bigint NOT NULL REFERENCES experiment,
    source_run_id bigint REFERENCES run ON DELETE SET NULL,
    original_source_run_id text,
    name text NOT NULL,
    artifact_location text,
    creation_time timestamptz,
    last_update_time timestamptz,
    status_code int,
    status text NOT NULL GENERATED ALWAYS AS (CASE status_code WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' WHEN 3 THEN 'UPLOAD_FAILED' ELSE 'UNSPECIFIED' END) STORED,
    status_message text,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    model_type text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id),
    UNIQUE (model_id, source)
);
CREATE INDEX logged_model_by_experiment ON logged_model (experiment_id, id);
CREATE INDEX logged_model_by_run ON logged_model (source_run_id, id);

CREATE TABLE logged_model_param (
    logged_model_id bigint NOT NULL REFERENCES logged_model ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    number double precision GENERATED ALWAYS AS (numeric_value(value)) STORED,
    PRIMARY KEY (logged_model_id, key)
);
CREATE INDEX logged_model_param_key ON logged_model_param (key, number, logged_model_id);

CREATE TABLE logged_model_tag (
    logged_model_id bigint NOT NULL REFERENCES logged_model ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    PRIMARY KEY (logged_model_id, key)
);
CREATE INDEX logged_model_tag_key ON logged_model_tag (key, logged_model_id);

-- A metric of a logged model, as MLflow keeps it apart from the run's series: what the value was measured on stands beside it.
CREATE TABLE logged_model_metric (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    logged_model_id bigint NOT NULL REFERENCES logged_model ON DELETE CASCADE,
    key text NOT NULL,
    step bigint NOT NULL,
    time timestamptz NOT NULL,
    value double precision,
    run_id bigint REFERENCES run ON DELETE SET NULL,
    original_run_id text NOT NULL DEFAULT '',
    dataset_id bigint REFERENCES dataset ON DELETE SET NULL,
    dataset_uuid text,
    dataset_name text,
    dataset_digest text,
    -- MLflow's own key
    UNIQUE (logged_model_id, key, time, step, original_run_id)
);
CREATE INDEX logged_model_metric_by_key ON logged_model_metric (key, value, logged_model_id);
CREATE INDEX logged_model_metric_by_run ON logged_model_metric (run_id, id);
CREATE INDEX logged_model_metric_by_dataset ON logged_model_metric (dataset_id, id) WHERE dataset_id IS NOT NULL;

-- What went into a run (datasets, models) and came out of it (models): MLflow's `inputs`. The four columns of the original stand verbatim beside the rows they point to.
CREATE TABLE run_input (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    run_id bigint REFERENCES run ON DELETE CASCADE,
    dataset_id bigint REFERENCES dataset ON DELETE CASCADE,
    logged_model_id bigint REFERENCES logged_model ON DELETE CASCADE,
    direction text NOT NULL CHECK (direction IN ('INPUT', 'OUTPUT')),
    origin_type text NOT NULL,
    origin_id text NOT NULL,
    destination_type text NOT NULL,
    destination_id text NOT NULL,
    step bigint NOT NULL DEFAULT 0,
    UNIQUE (source, origin_type, origin_id, destination_type, destination_id),
    UNIQUE (source, original_id)
);
CREATE INDEX run_input_by_run ON run_input (run_id, direction, id);
CREATE INDEX run_input_by_dataset ON run_input (dataset_id, run_id) WHERE dataset_id IS NOT NULL;
CREATE INDEX run_input_by_model ON run_input (logged_model_id, run_id) WHERE logged_model_id IS NOT NULL;

CREATE TABLE input_tag (
    run_input_id bigint NOT NULL REFERENCES run_input ON DELETE CASCADE,
    name text NOT NULL,
    value text,
    PRIMARY KEY (run_input_id, name)
);

CREATE TABLE registered_model (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    workspace text NOT NULL DEFAULT 'default',
    name text NOT NULL,
    description text,
    creation_time timestamptz,
    last_update_time timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (name, source, workspace),
    UNIQUE (id, name)
);

CREATE TABLE registered_model_tag (
    registered_model_id bigint NOT NULL REFERENCES registered_model ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    PRIMARY KEY (registered_model_id, key)
);
CREATE INDEX registered_model_tag_key ON registered_model_tag (key, registered_model_id);

CREATE FUNCTION canonical_model_stage(stage text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE lower(stage) WHEN 'none' THEN 'NONE' WHEN 'staging' THEN 'STAGING' WHEN 'production' THEN 'PRODUCTION' WHEN 'archived' THEN 'ARCHIVED'
        WHEN 'deleted_internal' THEN 'DELETED' ELSE 'NONE' END $$;

CREATE TABLE model_version (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    registered_model_id bigint NOT NULL,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    -- the model's name once more, for look-ups by name and version; the foreign key keeps it true
    name text NOT NULL,
    version int NOT NULL,
    description text,
    user_name text,
    current_stage text,
    stage text NOT NULL GENERATED ALWAYS AS (canonical_model_stage(current_stage)) STORED,
    status text,
    status_message text,
    source_uri text,
    storage_location text,
    run_link text,
    run_id bigint REFERENCES run ON DELETE SET NULL,
    original_run_id text,
    logged_model_id bigint REFERENCES logged_model ON DELETE SET NULL,
    creation_time timestamptz,
    last_update_time timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    FOREIGN KEY (registered_model_id, name) REFERENCES registered_model (id, name) ON UPDATE CASCADE ON DELETE CASCADE,
    UNIQUE (registered_model_id, version)
);
CREATE INDEX model_version_by_name ON model_version (name, version);
CREATE INDEX model_version_by_run ON model_version (run_id, id);
CREATE INDEX model_version_by_logged_model ON model_version (logged_model_id, id) WHERE logged_model_id IS NOT NULL;
CREATE INDEX model_version_by_stage ON model_version (stage, id);

CREATE TABLE model_version_tag (
    model_version_id bigint NOT NULL REFERENCES model_version ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    PRIMARY KEY (model_version_id, key)
);
CREATE INDEX model_version_tag_key ON model_version_tag (key, model_version_id);

CREATE TABLE model_alias (
    registered_model_id bigint NOT NULL REFERENCES registered_model ON DELETE CASCADE,
    alias text NOT NULL,
    version int NOT NULL,
    model_version_id bigint REFERENCES model_version ON DELETE CASCADE,
    PRIMARY KEY (registered_model_id, alias)
);
CREATE INDEX model_alias_by_version ON model_alias (model_version_id);

CREATE TABLE trace (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    request_id text NOT NULL,
    client_request_id text,
    experiment_id bigint NOT NULL REFERENCES experiment,
    start_time timestamptz NOT NULL,
    execution_time_ms bigint,
    status text NOT NULL,
    request_preview text,
    response_preview text,
    UNIQUE (source, original_id),
    UNIQUE (request_id, source)
);
CREATE INDEX trace_by_experiment ON trace (experiment_id, start_time DESC, id);

CREATE TABLE trace_metadata (
    trace_id bigint NOT NULL REFERENCES trace ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    PRIMARY KEY (trace_id, key)
);
CREATE INDEX trace_metadata_key ON trace_metadata (key, trace_id);

CREATE TABLE trace_tag (
    trace_id bigint NOT NULL REFERENCES trace ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    PRIMARY KEY (trace_id, key)
);
CREATE INDEX trace_tag_key ON trace_tag (key, trace_id);

CREATE TABLE span (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trace_id bigint NOT NULL REFERENCES trace ON DELETE CASCADE,
    experiment_id bigint NOT NULL REFERENCES experiment,
    span_id text NOT NULL,
    parent_span_id text,
    name text,
    type text,
    status text NOT NULL,
    -- a timestamptz has microseconds; spans are measured in nanoseconds, which stand beside it
    start_time timestamptz NOT NULL,
    end_time timestamptz,
    start_time_unix_nano bigint NOT NULL,
    end_time_unix_nano bigint,
    duration_nano bigint GENERATED ALWAYS AS (end_time_unix_nano - start_time_unix_nano) STORED,
    content text NOT NULL,
    dimension_attributes text,
    UNIQUE (trace_id, span_id)
);
CREATE INDEX span_by_parent ON span (trace_id, parent_span_id);
CREATE INDEX span_by_experiment ON span (experiment_id, start_time DESC, id);

-- Traces that belong to a run: said by an association, or by the trace's metadata (mlflow.sourceRun).
CREATE TABLE trace_run (
    trace_id bigint NOT NULL REFERENCES trace ON DELETE CASCADE,
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    PRIMARY KEY (run_id, trace_id)
);
CREATE INDEX trace_run_by_trace ON trace_run (trace_id, run_id);

-- MLflow's links between entities of any kind, verbatim, with the rows they point to where those have a type here.
CREATE TABLE entity_association (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    origin_type text NOT NULL,
    origin_id text NOT NULL,
    destination_type text NOT NULL,
    destination_id text NOT NULL,
    creation_time timestamptz,
    experiment_id bigint REFERENCES experiment ON DELETE CASCADE,
    run_id bigint REFERENCES run ON DELETE CASCADE,
    trace_id bigint REFERENCES trace ON DELETE CASCADE,
    UNIQUE (source, origin_type, origin_id, destination_type, destination_id)
);
CREATE INDEX entity_association_by_experiment ON entity_association (experiment_id, id) WHERE experiment_id IS NOT NULL;
CREATE INDEX entity_association_by_run ON entity_association (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX entity_association_by_trace ON entity_association (trace_id, id) WHERE trace_id IS NOT NULL;

-- Rows of tables, and columns of rows, that have no type here: kept as they came and exported again. Values are the original's text, or null.
CREATE TABLE other_row (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    table_name text NOT NULL,
    ordinal bigint NOT NULL,
    data json NOT NULL,
    UNIQUE (source, table_name, ordinal)
);
