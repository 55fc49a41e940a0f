-- What a load publishes comes to ClickHouse in one step for each series, so that no reader sees a part of it.
ALTER TABLE point_log ADD COLUMN load_id bigint;
COMMENT ON COLUMN point_log.load_id IS 'the load that was published by it; all of its rows of one series become one block. Null for a group of callers';
