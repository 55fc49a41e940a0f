-- The entities every tracker has: sources, experiments, trials, runs with their params and tags.
--
-- Conventions of all tables:
-- * `id` is ours, a bigint identity. `source` (its name) and `original_id` say which instance a record was imported from and what it was called there, verbatim;
--   `original_id` is null for what was created here.
-- * Where a system writes an enum as text, the text stays as it was (`status_text`, `current_stage`) and a generated column beside it has the graph's value.
-- * `changed_at` and `changed_by` belong to history (0004): since when, and by whom, the row reads as it does.

CREATE TABLE source (
    name text PRIMARY KEY CHECK (name <> ''),
    system text NOT NULL CHECK (system IN ('ANALYTICSGRAPH', 'MLFLOW', 'EXPERIMENT_TRACKING', 'TRAINING_JOBS', 'TABULAR')),
    -- the version of the original's schema at the last import (MLflow: its alembic version)
    schema_version text,
    creation_time timestamptz NOT NULL DEFAULT now(),
    last_import_time timestamptz
);
INSERT INTO source (name, system) VALUES ('local', 'ANALYTICSGRAPH');

-- Who changes something: set for each transaction by the server (set_config('analyticsgraph.actor', ..., true)).
CREATE FUNCTION current_actor() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('analyticsgraph.actor', true), '') $$;

CREATE TABLE experiment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    workspace text NOT NULL DEFAULT 'default',
    name text NOT NULL,
    -- false for systems whose experiments may share a title; MLflow's may not, deleted ones included
    unique_name boolean NOT NULL DEFAULT true,
    artifact_location text,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    creation_time timestamptz,
    last_update_time timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id)
);
CREATE UNIQUE INDEX experiment_name ON experiment (name, source, workspace) WHERE unique_name;
CREATE INDEX experiment_by_source ON experiment (source, workspace, id);

CREATE TABLE experiment_tag (
    experiment_id bigint NOT NULL REFERENCES experiment ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    PRIMARY KEY (experiment_id, key)
);
CREATE INDEX experiment_tag_key ON experiment_tag (key, experiment_id);

CREATE TABLE trial (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    experiment_id bigint NOT NULL REFERENCES experiment,
    name text,
    start_time timestamptz,
    update_time timestamptz,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id)
);
CREATE INDEX trial_by_experiment ON trial (experiment_id, id);

-- The graph's status of what a system wrote. "started" and "completed" are the experiment tracking system's words.
CREATE FUNCTION canonical_run_status(status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE upper(status)
        WHEN 'SCHEDULED' THEN 'SCHEDULED' WHEN 'PENDING' THEN 'SCHEDULED'
        WHEN 'RUNNING' THEN 'RUNNING' WHEN 'STARTED' THEN 'RUNNING'
        WHEN 'FINISHED' THEN 'FINISHED' WHEN 'COMPLETED' THEN 'FINISHED' WHEN 'SUCCEEDED' THEN 'FINISHED' WHEN 'DONE' THEN 'FINISHED'
        WHEN 'FAILED' THEN 'FAILED' WHEN 'ERROR' THEN 'FAILED'
        WHEN 'KILLED' THEN 'KILLED' WHEN 'CANCELLED' THEN 'KILLED' WHEN 'CANCELED' THEN 'KILLED' WHEN 'STOPPED' THEN 'KILLED'
        ELSE 'UNKNOWN' END $$;

CREATE TABLE run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    experiment_id bigint NOT NULL REFERENCES experiment,
    -- null for runs of systems without trials (MLflow)
    trial_id bigint REFERENCES trial,
    parent_id bigint REFERENCES run ON DELETE SET NULL,
    uuid text NOT NULL,
    name text,
    user_name text,
    status_text text,
    status text NOT NULL GENERATED ALWAYS AS (canonical_run_status(status_text)) STORED,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    start_time timestamptz,
    end_time timestamptz,
    update_time timestamptz,
    deleted_time timestamptz,
    artifact_uri text,
    source_type text,
    source_name text,
    source_version text,
    entry_point_name text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id),
    UNIQUE (uuid, source)
);
-- The default order of run lists: newest first within an experiment, and over all.
CREATE INDEX run_by_experiment ON run (experiment_id, start_time DESC NULLS LAST, id);
CREATE INDEX run_by_start_time ON run (start_time DESC NULLS LAST, id);
CREATE INDEX run_by_parent ON run (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX run_by_trial ON run (trial_id, id) WHERE trial_id IS NOT NULL;
CREATE INDEX run_by_name ON run (name, id);
CREATE INDEX run_by_user ON run (user_name, id);

-- A param's number, null when its text is none. As Python writes numbers: nan, inf and infinity count; what a double cannot hold does not.
CREATE FUNCTION numeric_value(value text) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN length(value) > 64 THEN NULL
        WHEN value ~* '^[+-]?(nan|inf|infinity)$' THEN
            CASE WHEN value ~* 'nan' THEN 'NaN'::double precision WHEN value LIKE '-%' THEN '-Infinity'::double precision ELSE 'Infinity'::double precision END
        WHEN value ~ '^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$' THEN
            -- numeric first: a double too large or too small is an error in PostgreSQL, here it is no number (or 0)
            CASE WHEN abs(value::numeric) > 1.7976931348623157e308::numeric THEN NULL
                 WHEN abs(value::numeric) < 1e-307::numeric THEN 0
                 ELSE value::numeric::double precision END
        END $$;

CREATE TABLE run_param (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    number double precision GENERATED ALWAYS AS (numeric_value(value)) STORED,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    PRIMARY KEY (run_id, key)
);
-- Filters by a param start from its key; values may be longer than an index entry, so their beginning stands in the index.
CREATE INDEX run_param_number ON run_param (key, number, run_id);
CREATE INDEX run_param_value ON run_param (key, left(value, 200), run_id);

CREATE TABLE run_tag (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    PRIMARY KEY (run_id, key)
);
CREATE INDEX run_tag_value ON run_tag (key, left(value, 200), run_id);
