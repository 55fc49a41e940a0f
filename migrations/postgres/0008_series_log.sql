-- The log carries every series, not points alone: a group may have a row for each of them (epochs come with their metrics' points), and a block has rows of one series.
ALTER TABLE point_log ADD COLUMN series text NOT NULL DEFAULT 'metric_point';
ALTER TABLE point_log DROP CONSTRAINT point_log_pkey, ADD PRIMARY KEY (group_id, series);
COMMENT ON COLUMN point_log.series IS 'the table of ClickHouse that the rows go to';
COMMENT ON COLUMN point_log.points IS 'how many rows the payload has';
COMMENT ON COLUMN point_log.run_ids IS 'the runs whose points these are; empty for other series';

-- Bodies that are larger than a group: they come block by block, each stored by a transaction of its own, and nobody sees any of it. Publishing moves all blocks into the log at
-- once. That it was asked for is recorded first: from then on it happens, whoever dies.
CREATE TABLE staged_load (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    caller text NOT NULL,
    touched_at timestamptz NOT NULL DEFAULT now(),
    publish_asked_at timestamptz
);
CREATE TABLE staged_block (
    load_id bigint NOT NULL REFERENCES staged_load ON DELETE CASCADE,
    ordinal int NOT NULL,
    series text NOT NULL,
    row_count int NOT NULL,
    bytes int NOT NULL,
    owner_ids bigint[] NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (load_id, ordinal)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
ALTER TABLE staged_block ALTER COLUMN payload SET STORAGE EXTERNAL;
COMMENT ON COLUMN staged_block.owner_ids IS 'the runs, jobs, datasets or prediction sets that the rows belong to; they must be there when it is published';

-- What `gc` has removed from PostgreSQL and not yet from ClickHouse: written in the transaction that removes it, so that a killed gc is completed by the next one.
CREATE TABLE removed_owner (
    kind text NOT NULL CHECK (kind IN ('run', 'job', 'dataset', 'prediction_set', 'experiment', 'logged_model')),
    id bigint NOT NULL,
    PRIMARY KEY (kind, id)
);
