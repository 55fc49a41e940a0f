-- Long series, summarized over buckets of steps, at several widths: what a zoomed-out chart reads instead of millions of points. A row has exactly the points of its bucket that were among the
-- run's first `seq` ones; reading adds the points that came later, so that its answers are those of the points (docs/charts.md). Built in the background by RollupBuilder from what is stored; late
-- points make it build their buckets anew, with a greater `seq`, and readers say FINAL. Not a materialized view: that would make each insert slower, and its failure would leave half an insert.
--
-- Sort key: the buckets of one width of a series lie together and in order, which is what a chart reads. Only series with many points for each bucket are here: a row stands for 128 points or more, so that
-- all widths together cost about a byte a point.
-- Codecs: as metric_point's; counts, and steps within their bucket, are small integers, which T64 crops to the bits they use.
CREATE TABLE IF NOT EXISTS metric_rollup
(
    experiment_id Int64 CODEC(ZSTD(1)),
    key LowCardinality(String) CODEC(ZSTD(1)),
    label LowCardinality(String) CODEC(ZSTD(1)),
    run_id Int64 CODEC(ZSTD(1)),
    scope Enum8('RUN' = 0, 'RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3) CODEC(ZSTD(1)),
    rank Int32 CODEC(ZSTD(1)),
    width Int64 COMMENT 'how many steps a bucket has: a power of two' CODEC(ZSTD(1)),
    bucket Int64 COMMENT 'its first step: a multiple of the width' CODEC(Delta, ZSTD(1)),
    seq Int64 CODEC(ZSTD(1)),
    points Int64 CODEC(T64, ZSTD(1)),
    nans Int64 CODEC(T64, ZSTD(1)),
    finite Int64 COMMENT 'how many are finite; what follows is about those, but for the steps and times' CODEC(T64, ZSTD(1)),
    total Float64 CODEC(ZSTD(1)),
    m2 Float64 COMMENT 'the sum of squared deviations from their mean' CODEC(ZSTD(1)),
    first_step Int64 CODEC(Delta, ZSTD(1)),
    last_step Int64 CODEC(Delta, ZSTD(1)),
    first_time DateTime64(3, 'UTC') COMMENT 'the least' CODEC(Delta, ZSTD(1)),
    low_value Float64 COMMENT 'the least value, at the first point that has it' CODEC(ZSTD(1)),
    low_step Int64 CODEC(Delta, ZSTD(1)),
    low_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    high_value Float64 COMMENT 'the greatest value, at the first point that has it' CODEC(ZSTD(1)),
    high_step Int64 CODEC(Delta, ZSTD(1)),
    high_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    begin_value Float64 COMMENT 'of the first point by (step, time, value)' CODEC(ZSTD(1)),
    begin_step Int64 CODEC(Delta, ZSTD(1)),
    begin_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    end_value Float64 COMMENT 'of the last' CODEC(ZSTD(1)),
    end_step Int64 CODEC(Delta, ZSTD(1)),
    end_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(seq)
ORDER BY (experiment_id, key, label, run_id, scope, rank, width, bucket)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Finds the points of a series that came after its rollups were built, without reading the others: they are acknowledged in about the order of their steps, so that a granule has a narrow range of `seq`.
ALTER TABLE metric_point ADD INDEX IF NOT EXISTS seq_range seq TYPE minmax GRANULARITY 1;
ALTER TABLE metric_point MATERIALIZE INDEX seq_range;
