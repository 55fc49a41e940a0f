-- Up to where the rollups of ClickHouse (metric_rollup) have the points of a series: written when they are stored. Series that were never rolled up have no row.
CREATE TABLE run_metric_rollup (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    scope text NOT NULL,
    key text NOT NULL,
    label text NOT NULL,
    rank int NOT NULL,
    -- of the run's points, the first so many in order of acknowledgement are in
    seq bigint NOT NULL,
    -- how many points the series had then
    points bigint NOT NULL,
    -- the widths of its buckets are these and every fourfold of the least one between
    least_width bigint NOT NULL,
    greatest_width bigint NOT NULL,
    PRIMARY KEY (run_id, scope, key, label, rank)
);
