-- A model version is deleted by its stage, or together with its model: then it keeps its stage and all that it says, so that it comes back with the model as it was.
ALTER TABLE model_version ALTER COLUMN lifecycle_stage SET EXPRESSION AS (
    CASE WHEN canonical_model_stage(current_stage) = 'DELETED' OR deletion IS NOT NULL THEN 'DELETED' ELSE 'ACTIVE' END);
UPDATE model_version v SET deletion = m.deletion FROM registered_model m
WHERE m.id = v.registered_model_id AND m.lifecycle_stage = 'DELETED' AND v.lifecycle_stage = 'ACTIVE' AND m.deletion IS NOT NULL;
