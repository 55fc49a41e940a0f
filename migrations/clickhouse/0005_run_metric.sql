-- Copies of the summaries of series (run_metric of PostgreSQL), for questions over very many runs: a row for each series, where computing them would read all points. PostgreSQL is the truth; the
-- copier writes the present state of every run that got points, with a growing version, and brings what is behind before a question is answered. Readers say FINAL.
--
-- Sort key: questions are of one metric, or a few, of many runs.
-- The values that a series of nothing but NaN has not are 0: readers look at the counts first.
CREATE TABLE IF NOT EXISTS run_metric
(
    key LowCardinality(String) CODEC(ZSTD(1)),
    label LowCardinality(String) CODEC(ZSTD(1)),
    scope LowCardinality(String) CODEC(ZSTD(1)),
    rank Int32 CODEC(ZSTD(1)),
    experiment_id Int64 CODEC(ZSTD(1)),
    run_id Int64 CODEC(ZSTD(1)),
    count Int64 COMMENT 'of points, NaN included' CODEC(T64, ZSTD(1)),
    nan_count Int64 CODEC(T64, ZSTD(1)),
    sum Float64 COMMENT 'of the values that are not NaN' CODEC(ZSTD(1)),
    m2 Float64 COMMENT 'the sum of their squared deviations from their mean' CODEC(ZSTD(1)),
    first_value Float64 CODEC(ZSTD(1)),
    last_value Float64 CODEC(ZSTD(1)),
    min_value Float64 CODEC(ZSTD(1)),
    max_value Float64 CODEC(ZSTD(1)),
    version UInt64 CODEC(ZSTD(1)),
    deleted UInt8 COMMENT '1: the series has no points any more' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (key, label, scope, rank, experiment_id, run_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
