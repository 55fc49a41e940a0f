-- Every numeric observation of every run.
--
-- Sort key: a series' points lie together and in order, and so do all runs of an experiment that share a metric, which is what charts and comparisons read
-- (one key over many runs). Not partitioned, so that an insert of one block stays one part: whole or not at all.
-- Codecs: ids and texts are constant over long stretches of the sort order, where ZSTD leaves next to nothing of them; steps and times advance by small, regular
-- amounts, so deltas; values are noise in their low bits, where Gorilla's exclusive-or gains little over ZSTD and reads no faster.
-- group_id: the group of the point log a point came by. A UInt64, because rows of one group are scattered by the sort: a UUID costs 10 bytes a point after merges, a
-- UInt64 one or none. Its minmax index finds a group in the recent parts without reading the column of the others.
-- seq: the how-many-th acknowledged point of its run this is.
-- Retried inserts carry a token that is remembered for this many inserts; the log never has more than one block under way per shard, and replays of older ones ask
-- for their group ids first.
-- An insert ends when its part is on the disk (fsync: about 1 ms), because the log forgets the points then.
CREATE TABLE IF NOT EXISTS metric_point
(
    experiment_id Int64 CODEC(ZSTD(1)),
    key LowCardinality(String) CODEC(ZSTD(1)),
    label LowCardinality(String) CODEC(ZSTD(1)),
    run_id Int64 CODEC(ZSTD(1)),
    scope Enum8('RUN' = 0, 'RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3) CODEC(ZSTD(1)),
    rank Int32 CODEC(ZSTD(1)),
    epoch Int64 CODEC(Delta, ZSTD(1)),
    step Int64 CODEC(Delta, ZSTD(1)),
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    value Float64 CODEC(ZSTD(1)),
    model_id Int64 CODEC(ZSTD(1)),
    dataset_id Int64 CODEC(ZSTD(1)),
    seq Int64 CODEC(Delta, ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = MergeTree
ORDER BY (experiment_id, key, label, run_id, scope, rank, epoch, step, time)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
