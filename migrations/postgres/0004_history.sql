-- History: what a row was before. A history table holds the versions that are over, with the time they were true; the present version stands in the table itself,
-- true since its changed_at. So inserting costs nothing, and a state as of a time is the union of both.

CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RETURN NEW;
END $$;

DO $$
DECLARE t text[]; generated text;
BEGIN
    FOREACH t SLICE 1 IN ARRAY ARRAY[
        ['experiment', 'id'], ['experiment_tag', 'experiment_id'], ['trial', 'id'], ['run', 'id'], ['run_param', 'run_id'], ['run_tag', 'run_id'],
        ['registered_model', 'id'], ['model_version', 'id'], ['logged_model', 'id']]
    LOOP
        -- `valid` and `ended_by` stand first, so that columns added later to both tables stay in the same order
        EXECUTE format('CREATE TABLE %I (valid tstzrange NOT NULL, ended_by text, LIKE %I)', t[1] || '_history', t[1]);
        EXECUTE format('CREATE INDEX %I ON %I (%I, lower(valid))', t[1] || '_history_key', t[1] || '_history', t[2]);
        SELECT coalesce(string_agg(quote_literal(attname), ', '), '') INTO generated FROM pg_attribute WHERE attrelid = t[1]::regclass AND attgenerated <> '';
        EXECUTE format('CREATE TRIGGER keep_history_update BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION keep_history(%s)', t[1], generated);
        EXECUTE format('CREATE TRIGGER keep_history_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION keep_history()', t[1]);
    END LOOP;
END $$;
