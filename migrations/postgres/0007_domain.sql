-- The rest of the domain: what the experiment tracking system, the training scheduler and the tabular datasets keep beside experiments, trials and runs.
--
-- Documents (texts that hold JSON) stay as they were written: `json` would refuse what an original let through, and jsonb would reorder it. The graph reads their known
-- fields by path, and what is no JSON as text.
-- `other_columns` of a record: columns of its original that have no field here, and values that the fields cannot hold, by their names. Null for most.

ALTER TABLE source ADD COLUMN time_zone text;
COMMENT ON COLUMN source.time_zone IS 'the IANA zone that times without one were read in at the import; null where the original''s times are moments';

ALTER TABLE experiment ADD COLUMN description text;
CREATE INDEX experiment_by_name ON experiment (name, id);

-- The final metrics of a run stand among its points (scope RESULT); when they were recorded stands here.
CREATE TABLE results (
    run_id bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    time timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor()
);

CREATE TABLE artifact (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    type text,
    location text,
    creation_time timestamptz,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id)
);
CREATE INDEX artifact_by_type ON artifact (type, id);
CREATE INDEX artifact_by_location ON artifact (left(location, 200), id);

-- Who has an artifact: it may be shared by owners of all levels. Epochs and batches are rows of ClickHouse, so they are named by run and index.
CREATE TABLE artifact_link (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    artifact_id bigint NOT NULL REFERENCES artifact ON DELETE CASCADE,
    level text NOT NULL,
    experiment_id bigint REFERENCES experiment ON DELETE CASCADE,
    trial_id bigint REFERENCES trial ON DELETE CASCADE,
    run_id bigint REFERENCES run ON DELETE CASCADE,
    epoch_index bigint,
    batch_index bigint,
    added_by text DEFAULT current_actor(),
    UNIQUE NULLS NOT DISTINCT (artifact_id, level, experiment_id, trial_id, run_id, epoch_index, batch_index),
    CHECK (CASE level
        WHEN 'EXPERIMENT' THEN experiment_id IS NOT NULL AND num_nulls(trial_id, run_id, epoch_index, batch_index) = 4
        WHEN 'TRIAL' THEN trial_id IS NOT NULL AND num_nulls(experiment_id, run_id, epoch_index, batch_index) = 4
        WHEN 'RUN' THEN run_id IS NOT NULL AND num_nulls(experiment_id, trial_id, epoch_index, batch_index) = 4
        WHEN 'RESULTS' THEN run_id IS NOT NULL AND num_nulls(experiment_id, trial_id, epoch_index, batch_index) = 4
        WHEN 'EPOCH' THEN num_nulls(run_id, epoch_index) = 0 AND num_nulls(experiment_id, trial_id, batch_index) = 3
        WHEN 'BATCH' THEN num_nulls(run_id, epoch_index, batch_index) = 0 AND num_nulls(experiment_id, trial_id) = 2
        ELSE false END)
);
CREATE INDEX artifact_link_by_experiment ON artifact_link (experiment_id, artifact_id) WHERE experiment_id IS NOT NULL;
CREATE INDEX artifact_link_by_trial ON artifact_link (trial_id, artifact_id) WHERE trial_id IS NOT NULL;
CREATE INDEX artifact_link_by_run ON artifact_link (run_id, epoch_index, batch_index, level, artifact_id) WHERE run_id IS NOT NULL;

CREATE TABLE cluster (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    uid text NOT NULL,
    name text,
    resources text,
    status text,
    customized_data text,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id),
    UNIQUE (uid, source)
);
CREATE INDEX cluster_by_name ON cluster (name, id);

CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    uid text NOT NULL,
    -- false: the original has no row of it, only of its nodes or metrics
    is_recorded boolean NOT NULL DEFAULT true,
    name text,
    scenario text,
    -- the cluster that it ran on, where something says so (job_feature's "cluster")
    cluster_id bigint REFERENCES cluster ON DELETE SET NULL,
    creation_time timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    status text,
    -- of the original's job_metrics, where planners look for it together with the job
    exit_reason text,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id),
    UNIQUE (uid, source)
);
CREATE INDEX job_by_creation_time ON job (creation_time DESC NULLS LAST, id);
-- Jobs of the same scenario, created within some days: what planners compare a job with.
CREATE INDEX job_by_scenario ON job (scenario, creation_time DESC NULLS LAST, id);
CREATE INDEX job_by_name ON job (name, id);
CREATE INDEX job_by_exit_reason ON job (exit_reason, id);
CREATE INDEX job_by_cluster ON job (cluster_id, id) WHERE cluster_id IS NOT NULL;

CREATE TABLE job_node (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    uid text NOT NULL,
    name text,
    job_id bigint REFERENCES job ON DELETE CASCADE,
    type text,
    creation_time timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    resource text,
    status text,
    customized_data text,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id),
    UNIQUE (uid, source)
);
CREATE INDEX job_node_by_job ON job_node (job_id, type, id);
CREATE INDEX job_node_by_name ON job_node (name, id);

-- The documents of the original's job_metrics, but for its runtime records, which are series in ClickHouse.
CREATE TABLE job_profile (
    job_id bigint PRIMARY KEY REFERENCES job ON DELETE CASCADE,
    hyper_params_feature text,
    job_feature text,
    dataset_feature text,
    model_feature text,
    optimization text,
    resource text,
    customized_data text,
    type text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor()
);
CREATE INDEX job_profile_by_type ON job_profile (type, job_id);

-- Which runs a job executed.
CREATE TABLE job_run (
    job_id bigint NOT NULL REFERENCES job ON DELETE CASCADE,
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    PRIMARY KEY (job_id, run_id)
);
CREATE INDEX job_run_by_run ON job_run (run_id, job_id);

-- A document that may be none: null for what is no JSON, and for what jsonb cannot hold (\u0000, half surrogates).
CREATE FUNCTION json_document(document text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN document::jsonb;
EXCEPTION WHEN invalid_text_representation OR untranslatable_character OR program_limit_exceeded OR numeric_value_out_of_range THEN
    RETURN NULL;
END $$;

-- A moment as schedulers write it: seconds since 1970, as a number or as its text.
CREATE FUNCTION epoch_seconds(value jsonb) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN numeric_value(value #>> '{}') BETWEEN -62135596800 AND 253402300799 THEN to_timestamp(numeric_value(value #>> '{}')) END $$;

CREATE FUNCTION json_number(value jsonb) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'number' THEN numeric_value(value #>> '{}') END $$;

-- A document's array, or object, whatever the document is.
CREATE FUNCTION json_items(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'array' THEN value ELSE '[]' END $$;
CREATE FUNCTION json_members(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'object' THEN value ELSE '{}' END $$;

-- The parts of a job's optimization document. They are views, so that they say what the document says.
CREATE VIEW job_optimization AS
SELECT p.job_id, o.ordinal - 1 AS ordinal, epoch_seconds(o.item -> 'timestamp') AS time, o.item -> 'config' AS config, o.item -> 'plan' AS plan,
    epoch_seconds(o.item #> '{plan,timestamp}') AS plan_time, o.item #>> '{plan,job,uid}' AS plan_job_uid, o.item AS document
FROM job_profile p, jsonb_array_elements(json_items(json_document(p.optimization))) WITH ORDINALITY AS o (item, ordinal);

CREATE VIEW job_group_resource AS
SELECT o.job_id, o.ordinal AS optimization, g.name, json_number(g.item -> 'count') AS count, json_number(g.item #> '{resource,cpu}') AS cpu,
    json_number(g.item #> '{resource,memory}') AS memory, g.item AS document
FROM job_optimization o, jsonb_each(json_members(o.plan #> '{resource,task_group_resources}')) AS g (name, item);

CREATE VIEW job_pod_resource AS
SELECT o.job_id, o.ordinal AS optimization, r.name, json_number(r.item -> 'cpu') AS cpu, json_number(r.item -> 'memory') AS memory, r.item AS document
FROM job_optimization o, jsonb_each(json_members(o.plan #> '{resource,pod_resources}')) AS r (name, item);

CREATE VIEW job_state AS
SELECT o.job_id, o.ordinal AS optimization, s.ordinal - 1 AS ordinal, epoch_seconds(s.item -> 'timestamp') AS time, json_number(s.item -> 'speed') AS speed,
    s.item -> 'pods' AS pods
FROM job_optimization o, jsonb_array_elements(json_items(o.document -> 'job_states')) WITH ORDINALITY AS s (item, ordinal);

CREATE VIEW job_pod AS
SELECT s.job_id, s.optimization, s.ordinal AS state, p.key, p.item ->> 'name' AS name, p.item ->> 'uid' AS uid, p.item ->> 'type' AS type,
    CASE WHEN jsonb_typeof(p.item -> 'is_oom') = 'boolean' THEN (p.item ->> 'is_oom')::boolean END AS is_oom, p.item AS document
FROM job_state s, jsonb_each(json_members(s.pods)) AS p (key, item);

-- What a job's resource document asks for, by group of nodes. Its memory is in MB.
CREATE VIEW job_node_group AS
SELECT p.job_id, g.name, json_number(g.item -> 'count') AS count, json_number(g.item #> '{node_resource,cpu}') AS cpu,
    json_number(g.item #> '{node_resource,memory}') AS memory, json_number(g.item #> '{node_resource,gpu_num}') AS gpu_number,
    g.item #>> '{node_resource,gpu_type}' AS gpu_type, g.item #>> '{node_resource,image}' AS image, g.item #>> '{node_resource,priority}' AS priority, g.item AS document
FROM job_profile p, jsonb_each(json_members(json_document(p.resource) -> 'node_group_resources')) AS g (name, item);

-- A dataset's columns, in order. The rows are in ClickHouse.
CREATE TABLE dataset_feature (
    dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
    position int NOT NULL,
    name text NOT NULL,
    type text NOT NULL DEFAULT 'NUMBER' CHECK (type IN ('NUMBER', 'TEXT')),
    PRIMARY KEY (dataset_id, position),
    UNIQUE (dataset_id, name)
);

-- Predictions for a dataset's samples, made together.
CREATE TABLE prediction_set (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source ON UPDATE CASCADE,
    original_id text,
    dataset_id bigint NOT NULL REFERENCES dataset,
    name text NOT NULL,
    run_id bigint REFERENCES run ON DELETE SET NULL,
    model_version_id bigint REFERENCES model_version ON DELETE SET NULL,
    creation_time timestamptz,
    lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text DEFAULT current_actor(),
    UNIQUE (source, original_id),
    UNIQUE (dataset_id, name)
);
CREATE INDEX prediction_set_by_name ON prediction_set (name, id);
CREATE INDEX prediction_set_by_run ON prediction_set (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX prediction_set_by_model_version ON prediction_set (model_version_id, id) WHERE model_version_id IS NOT NULL;

ALTER TABLE dataset
    ADD COLUMN creation_time timestamptz,
    ADD COLUMN lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN changed_by text DEFAULT current_actor();
ALTER TABLE trace
    ADD COLUMN lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED')),
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN changed_by text DEFAULT current_actor();
ALTER TABLE registered_model ADD COLUMN lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED'));
ALTER TABLE registered_model_history ADD COLUMN lifecycle_stage text NOT NULL DEFAULT 'ACTIVE';
ALTER TABLE experiment_history ADD COLUMN description text;

ALTER TABLE other_row ADD COLUMN is_partial boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN other_row.is_partial IS 'the row itself has a place in the graph; `data` are its key and the columns that have none';

-- How often a record was changed, from 1 on: whoever changes what they have read can say so (`version`), and hears of it if somebody else was first.
CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := transaction_timestamp();
BEGIN
    -- An update that changes nothing is no version. Generated columns (the arguments) are not computed yet in a BEFORE trigger, so they are left out.
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - coalesce(TG_ARGV, '{}') = to_jsonb(NEW) - coalesce(TG_ARGV, '{}') THEN
        RETURN NEW;
    END IF;

    -- A second change within one transaction, or one that overtook an older transaction on the row's lock, still gets a moment of its own.
    IF moment <= OLD.changed_at THEN
        moment := greatest(clock_timestamp(), OLD.changed_at + interval '1 microsecond');
    END IF;

    EXECUTE format('INSERT INTO %I SELECT tstzrange($1, $2), $3, $4.*', TG_TABLE_NAME || '_history') USING OLD.changed_at, moment, current_actor(), OLD;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;

    NEW.changed_at := moment;
    NEW.changed_by := current_actor();
    NEW.row_version := OLD.row_version + 1;
    RETURN NEW;
END $$;

DO $$
DECLARE t text[]; generated text;
BEGIN
    -- those that have a history already
    FOREACH t SLICE 1 IN ARRAY ARRAY[['experiment'], ['experiment_tag'], ['trial'], ['run'], ['run_param'], ['run_tag'], ['registered_model'], ['model_version'], ['logged_model']]
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN row_version bigint NOT NULL DEFAULT 1', t[1]);
        EXECUTE format('ALTER TABLE %I ADD COLUMN row_version bigint NOT NULL DEFAULT 1', t[1] || '_history');
    END LOOP;
    FOREACH t SLICE 1 IN ARRAY ARRAY[['experiment'], ['trial'], ['run']]
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN other_columns json', t[1]);
        EXECUTE format('ALTER TABLE %I ADD COLUMN other_columns json', t[1] || '_history');
    END LOOP;

    -- those that get one now
    FOREACH t SLICE 1 IN ARRAY ARRAY[
        ['results', 'run_id'], ['artifact', 'id'], ['cluster', 'id'], ['job', 'id'], ['job_node', 'id'], ['job_profile', 'job_id'], ['dataset', 'id'], ['prediction_set', 'id'], ['trace', 'id']]
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN row_version bigint NOT NULL DEFAULT 1, ADD COLUMN other_columns json', t[1]);
        EXECUTE format('CREATE TABLE %I (valid tstzrange NOT NULL, ended_by text, LIKE %I)', t[1] || '_history', t[1]);
        EXECUTE format('CREATE INDEX %I ON %I (%I, lower(valid))', t[1] || '_history_key', t[1] || '_history', t[2]);
        SELECT coalesce(string_agg(quote_literal(attname), ', '), '') INTO generated FROM pg_attribute WHERE attrelid = t[1]::regclass AND attgenerated <> '';
        EXECUTE format('CREATE TRIGGER keep_history_update BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION keep_history(%s)', t[1], generated);
        EXECUTE format('CREATE TRIGGER keep_history_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION keep_history()', t[1]);
    END LOOP;
END $$;

-- Deleting is soft, for all that can be written. Whatever is deleted together shares a number, so that restoring the one revives exactly the others that went with it; null in
-- records that came deleted from an original.
CREATE SEQUENCE deletion AS bigint;
ALTER TABLE results ADD COLUMN lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED'));
ALTER TABLE results_history ADD COLUMN lifecycle_stage text;
ALTER TABLE job_profile ADD COLUMN lifecycle_stage text NOT NULL DEFAULT 'ACTIVE' CHECK (lifecycle_stage IN ('ACTIVE', 'DELETED'));
ALTER TABLE job_profile_history ADD COLUMN lifecycle_stage text;
-- A model version's stage says it.
ALTER TABLE model_version ADD COLUMN lifecycle_stage text NOT NULL
    GENERATED ALWAYS AS (CASE canonical_model_stage(current_stage) WHEN 'DELETED' THEN 'DELETED' ELSE 'ACTIVE' END) STORED;
ALTER TABLE model_version_history ADD COLUMN lifecycle_stage text;
DROP TRIGGER keep_history_update ON model_version;
CREATE TRIGGER keep_history_update BEFORE UPDATE ON model_version FOR EACH ROW EXECUTE FUNCTION keep_history('stage', 'lifecycle_stage');

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY[
        'experiment', 'trial', 'run', 'results', 'artifact', 'dataset', 'prediction_set', 'registered_model', 'model_version', 'logged_model', 'trace', 'cluster', 'job', 'job_node', 'job_profile']
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN deletion bigint', t);
        EXECUTE format('ALTER TABLE %I ADD COLUMN deletion bigint', t || '_history');
    END LOOP;
END $$;
