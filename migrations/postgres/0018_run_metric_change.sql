-- The runs whose summaries (run_metric) changed since they were copied to ClickHouse. A flush adds a row in the transaction that empties the log; the runs that stand in the log itself are known from there.
-- The copier removes the rows that it has read, and only those.
CREATE TABLE run_metric_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_ids bigint[] NOT NULL,
    -- whether series may have lost their last points: the copy has them still
    has_removed boolean NOT NULL DEFAULT false
);

INSERT INTO run_metric_change (run_ids)
SELECT array_agg(id ORDER BY id) FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / 1000 AS page FROM run) r GROUP BY page;
