-- Datasets that are made here can be told apart: what both of two do not have counts as the same. Originals may have several that share all of it, and those that were made before this was asked of them stay.
DO $$
DECLARE
    twins bigint[];
BEGIN
    SELECT array_agg(id) INTO twins FROM (SELECT id, count(*) OVER (PARTITION BY experiment_id, name, digest) AS alike FROM dataset WHERE original_id IS NULL) made WHERE alike > 1;
    EXECUTE format(
        'CREATE UNIQUE INDEX dataset_made_here ON dataset (experiment_id, name, digest) NULLS NOT DISTINCT WHERE original_id IS NULL%s',
        CASE WHEN twins IS NULL THEN '' ELSE format(' AND id <> ALL (%L::bigint[])', twins) END);
END
$$;
