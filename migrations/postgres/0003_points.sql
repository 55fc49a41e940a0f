-- Metric points on their way to ClickHouse, and the summaries that stand here.

-- One row for each run: how many points of it were ever acknowledged. Whoever adds points, params or tags to a run by a batch locks this row first (in order of
-- run_id), so everything a batch decides by (present params, summaries) holds still until it commits; and `seq` numbers a run's points in order of acknowledgement.
CREATE TABLE run_counter (
    run_id bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE FUNCTION add_run_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO run_counter (run_id) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER add_run_counter AFTER INSERT ON run REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_run_counter();

-- The exact summary of each series, written in the transaction that acknowledges its points. It is written with every batch of a live run, so it carries no index
-- but its key and leaves room in its pages: updates stay HOT. NaN counts in `count` and `nan_count` alone; the infinities are numbers.
CREATE TABLE run_metric (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    scope text NOT NULL CHECK (scope IN ('RUN', 'RESULT', 'EPOCH', 'BATCH')),
    key text NOT NULL,
    label text NOT NULL DEFAULT '',
    rank int NOT NULL DEFAULT 0,
    count bigint NOT NULL,
    nan_count bigint NOT NULL,
    -- over the values that are not NaN: their sum, the sum of their squared deviations from the mean, and what follows from both
    sum double precision NOT NULL,
    m2 double precision NOT NULL,
    mean double precision,
    standard_deviation double precision,
    -- least and greatest by (epoch, step, time, value), a NaN value comparing as 0
    first_epoch bigint NOT NULL, first_step bigint NOT NULL, first_time timestamptz NOT NULL, first_value double precision NOT NULL,
    last_epoch bigint NOT NULL, last_step bigint NOT NULL, last_time timestamptz NOT NULL, last_value double precision NOT NULL,
    -- null while every value is NaN; ties take the smallest (epoch, step, time)
    min_epoch bigint, min_step bigint, min_time timestamptz, min_value double precision,
    max_epoch bigint, max_step bigint, max_time timestamptz, max_value double precision,
    PRIMARY KEY (run_id, scope, key, label, rank)
) WITH (fillfactor = 60);

-- What runs are ordered and filtered by, over all runs: narrow, indexed, and written when points reach ClickHouse instead of with every batch, so that it lags
-- run_metric by what stands in point_log, never more.
CREATE TABLE run_metric_order (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    scope text NOT NULL,
    key text NOT NULL,
    label text NOT NULL,
    rank int NOT NULL,
    last_value double precision NOT NULL,
    min_value double precision,
    max_value double precision,
    PRIMARY KEY (run_id, scope, key, label, rank)
);
CREATE INDEX run_metric_order_last ON run_metric_order (key, scope, label, rank, last_value, run_id);
CREATE INDEX run_metric_order_min ON run_metric_order (key, scope, label, rank, min_value, run_id);
CREATE INDEX run_metric_order_max ON run_metric_order (key, scope, label, rank, max_value, run_id);

-- The log: groups of points that are acknowledged and not yet known to be in ClickHouse. A row's commit is the acknowledgement of its points.
CREATE SEQUENCE point_group_id AS bigint;
CREATE TABLE point_log (
    group_id bigint PRIMARY KEY,
    -- which block the flusher put the group into; set, and committed, before the block is inserted, so that a replay sends the same blocks with the same tokens
    block_id bigint,
    points int NOT NULL,
    -- uncompressed size of the payload
    bytes int NOT NULL,
    run_ids bigint[] NOT NULL,
    -- Native blocks, deflated
    payload bytea NOT NULL,
    logged_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE point_log ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE SEQUENCE point_block_id AS bigint;
CREATE INDEX point_log_block ON point_log (block_id, group_id);

-- Answers to calls that carried a client token: the same token again gets the same answer, with other content a conflict. Kept for 24 hours.
CREATE TABLE idempotency (
    caller text NOT NULL,
    operation text NOT NULL,
    token text NOT NULL,
    payload_hash bytea NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, operation, token)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Entities whose copy in ClickHouse is behind: a set, kept as a bag, because a transaction must never wait for another one's mark. Identity values are no commit order
-- and nothing here depends on one: the copier re-reads what is marked and removes the very marks it read.
CREATE TABLE dirty_entity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    entity_id bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE SEQUENCE dimension_version AS bigint;

CREATE FUNCTION mark_dirty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- arguments: the kind, and the column of the changed table that holds the entity's id
    EXECUTE format('INSERT INTO dirty_entity (kind, entity_id) SELECT DISTINCT %L, %I FROM changed', TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END $$;
DO $$
DECLARE t text[]; event text; name text;
BEGIN
    FOREACH t SLICE 1 IN ARRAY ARRAY[
        ['experiment', 'experiment', 'id'], ['experiment_tag', 'experiment', 'experiment_id'], ['run', 'run', 'id'], ['run_param', 'run', 'run_id'],
        ['run_tag', 'run', 'run_id'], ['dataset', 'dataset', 'id'], ['logged_model', 'logged_model', 'id']]
    LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            name := format('dirty_%s', lower(event));
            EXECUTE format('CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_dirty(%L, %L)',
                name, event, t[1], CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END, t[2], t[3]);
        END LOOP;
    END LOOP;
END $$;
