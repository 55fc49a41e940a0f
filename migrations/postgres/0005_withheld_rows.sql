-- Rows of other_row that hold credentials (MLflow's secrets, webhooks and users; whatever a newer version keeps in columns of such names) are kept, so that they can be
-- exported again, and are read by nobody: the type in schema/other.graphql leaves them out of every read.
ALTER TABLE other_row ADD COLUMN is_withheld boolean NOT NULL DEFAULT false;

CREATE FUNCTION holds_credentials(table_name text, columns text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT table_name IN ('secrets', 'webhooks', 'users') OR EXISTS (
        SELECT FROM unnest(columns) AS c (name)
        -- the credential itself (secret, api_key, password_hash), not what names or counts some (secret_id, tokens)
        WHERE c.name ~* '(^|_)(secret|password|passwd|passphrase|token|credentials?|api_?key|private_?key|access_?key|auth_config|wrapped_dek)(_(hash|value|json|text|encrypted))?$|(^|_)encrypted(_|$)') $$;

-- All rows of a table have the same columns: one of them tells.
UPDATE other_row SET is_withheld = true
FROM (SELECT DISTINCT ON (source, table_name) source, table_name, data FROM other_row ORDER BY source, table_name, ordinal) AS sample
WHERE other_row.source = sample.source AND other_row.table_name = sample.table_name
    AND holds_credentials(sample.table_name, ARRAY(SELECT json_object_keys(sample.data)));
