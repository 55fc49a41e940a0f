-- History as it is read. A state as of a time is the union of the present rows made before it and of the versions that were true then; what belongs to a record is found in the
-- history by the same columns as in the table itself.

-- The tags and aliases of models: which version had an alias when is what a registry is asked.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['registered_model_tag', 'model_version_tag', 'model_alias']
    LOOP
        EXECUTE format(
            'ALTER TABLE %I ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN changed_by text DEFAULT current_actor(), ADD COLUMN row_version bigint NOT NULL DEFAULT 1', t);
        EXECUTE format('CREATE TABLE %I (valid tstzrange NOT NULL, ended_by text, LIKE %I)', t || '_history', t);
        EXECUTE format('CREATE TRIGGER keep_history_update BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION keep_history()', t);
        EXECUTE format('CREATE TRIGGER keep_history_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION keep_history()', t);
    END LOOP;
END $$;

-- Where the key has a second column: the versions of one of the many that belong to a record.
DROP INDEX experiment_tag_history_key, run_param_history_key, run_tag_history_key;
CREATE INDEX experiment_tag_history_key ON experiment_tag_history (experiment_id, key, lower(valid));
CREATE INDEX run_param_history_key ON run_param_history (run_id, key, lower(valid));
CREATE INDEX run_tag_history_key ON run_tag_history (run_id, key, lower(valid));
CREATE INDEX registered_model_tag_history_key ON registered_model_tag_history (registered_model_id, key, lower(valid));
CREATE INDEX model_version_tag_history_key ON model_version_tag_history (model_version_id, key, lower(valid));
CREATE INDEX model_alias_history_key ON model_alias_history (registered_model_id, alias, lower(valid));

-- What belongs to a record.
CREATE INDEX trial_history_by_experiment ON trial_history (experiment_id);
CREATE INDEX run_history_by_experiment ON run_history (experiment_id);
CREATE INDEX run_history_by_trial ON run_history (trial_id) WHERE trial_id IS NOT NULL;
CREATE INDEX run_history_by_parent ON run_history (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX dataset_history_by_experiment ON dataset_history (experiment_id);
CREATE INDEX logged_model_history_by_experiment ON logged_model_history (experiment_id);
CREATE INDEX logged_model_history_by_run ON logged_model_history (source_run_id) WHERE source_run_id IS NOT NULL;
CREATE INDEX trace_history_by_experiment ON trace_history (experiment_id);
CREATE INDEX model_version_history_by_model ON model_version_history (registered_model_id);
CREATE INDEX model_version_history_by_logged_model ON model_version_history (logged_model_id) WHERE logged_model_id IS NOT NULL;
CREATE INDEX model_version_history_by_run ON model_version_history (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX model_alias_history_by_version ON model_alias_history (model_version_id) WHERE model_version_id IS NOT NULL;
CREATE INDEX prediction_set_history_by_dataset ON prediction_set_history (dataset_id);
CREATE INDEX prediction_set_history_by_run ON prediction_set_history (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX prediction_set_history_by_model_version ON prediction_set_history (model_version_id) WHERE model_version_id IS NOT NULL;
CREATE INDEX job_history_by_cluster ON job_history (cluster_id) WHERE cluster_id IS NOT NULL;
CREATE INDEX job_node_history_by_job ON job_node_history (job_id);

-- What records are looked up by besides their ids.
CREATE INDEX experiment_history_by_source ON experiment_history (source);
CREATE INDEX experiment_history_by_name ON experiment_history (name);
CREATE INDEX run_history_by_uuid ON run_history (uuid);
CREATE INDEX dataset_history_by_name ON dataset_history (name);
CREATE INDEX prediction_set_history_by_name ON prediction_set_history (name);
CREATE INDEX registered_model_history_by_name ON registered_model_history (name);
CREATE INDEX model_version_history_by_name ON model_version_history (name, version);
CREATE INDEX logged_model_history_by_model_id ON logged_model_history (model_id);
CREATE INDEX trace_history_by_request_id ON trace_history (request_id);
CREATE INDEX cluster_history_by_uid ON cluster_history (uid);
CREATE INDEX job_history_by_uid ON job_history (uid);
CREATE INDEX job_node_history_by_uid ON job_node_history (uid);
