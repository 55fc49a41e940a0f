-- Which rows of ClickHouse an import brought, by their group: what a source has no more is taken away again, and what was logged here never is. A row for each block of an import,
-- written before it. Rows of imports from before this migration are unknown here, and stay.
CREATE TABLE import_group (
    source text NOT NULL,
    group_id bigint NOT NULL,
    PRIMARY KEY (source, group_id)
);

-- A run's points are numbered on when an import has taken some away: `seq` is how many there are and how many there were.
ALTER TABLE run_counter ADD COLUMN removed bigint NOT NULL DEFAULT 0;

CREATE FUNCTION note_actor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_by := current_actor();
    RETURN NEW;
END $$;

-- Whose the tags of traces and logged models are: one that was set here stays when the source does not have it.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['trace', 'logged_model']
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN changed_by text DEFAULT current_actor()', t || '_tag');
        EXECUTE format('UPDATE %1$I SET changed_by = ''import'' FROM %2$I o WHERE o.id = %1$I.%3$I AND o.original_id IS NOT NULL', t || '_tag', t, t || '_id');
        EXECUTE format('CREATE TRIGGER note_actor BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION note_actor()', t || '_tag');
    END LOOP;
END $$;
