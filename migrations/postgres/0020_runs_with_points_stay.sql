-- Points name the experiment of their run, and are sorted by it: a run that has points stays where it is. (An import follows its source, where runs may be moved.)
CREATE FUNCTION hold_run_in_experiment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM run_counter WHERE run_id = NEW.id AND seq > removed) THEN
        RAISE EXCEPTION 'The run % has points, so it cannot be moved to another experiment.', NEW.uuid
            USING ERRCODE = 'restrict_violation', DETAIL = 'Delete the run here and remove it with gc, then it can be imported into the other experiment.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold_run_in_experiment BEFORE UPDATE OF experiment_id ON run FOR EACH ROW WHEN (OLD.experiment_id <> NEW.experiment_id) EXECUTE FUNCTION hold_run_in_experiment();
