-- The other series. As `metric_point`, each is written block by block under a deduplication token, and forgotten by the log when its part is on the disk. Unlike points, these rows can
-- be corrected: what is logged again under the same key replaces what was there, by `version`, and readers say FINAL. A row goes only with its owner.

-- An epoch of a run: that it was, and when. Its metrics are points of scope EPOCH.
CREATE TABLE IF NOT EXISTS epoch
(
    experiment_id Int64 CODEC(ZSTD(1)),
    run_id Int64 CODEC(ZSTD(1)),
    idx Int64 CODEC(Delta, ZSTD(1)),
    time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (run_id, idx)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- A batch of an epoch: that it was, and when it began. Its metrics are points of scope BATCH.
CREATE TABLE IF NOT EXISTS batch
(
    experiment_id Int64 CODEC(ZSTD(1)),
    run_id Int64 CODEC(ZSTD(1)),
    epoch_idx Int64 CODEC(Delta, ZSTD(1)),
    idx Int64 CODEC(Delta, ZSTD(1)),
    time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (run_id, epoch_idx, idx)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Imported METRIC rows as they were: their ids, the text of their JSON, and whom they were linked to. What they say stands among the points, too.
CREATE TABLE IF NOT EXISTS metric_record
(
    source LowCardinality(String) CODEC(ZSTD(1)),
    original_id Int64 CODEC(Delta, ZSTD(1)),
    type LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    total_val Nullable(Float64) CODEC(ZSTD(1)),
    total_text Nullable(String) COMMENT 'the number as the original wrote it' CODEC(ZSTD(1)),
    per_label_val Nullable(String) CODEC(ZSTD(1)),
    version UInt64 CODEC(ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, original_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS metric_record_link
(
    source LowCardinality(String) CODEC(ZSTD(1)),
    original_id Int64 CODEC(Delta, ZSTD(1)),
    level Enum8('RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3) CODEC(ZSTD(1)),
    experiment_id Int64 CODEC(ZSTD(1)),
    run_id Int64 CODEC(ZSTD(1)),
    epoch Int64 CODEC(ZSTD(1)),
    batch Int64 CODEC(ZSTD(1)),
    ordinal Int64 COMMENT 'its place among the rows of its junction table' CODEC(Delta, ZSTD(1)),
    version UInt64 CODEC(ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, original_id, level, run_id, epoch, batch)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- A METRIC as the experiment tracking system has it: a total and one value for each label, of results, an epoch or a batch. For points that were logged here as well as for imported ones.
-- A metric with values for labels alone has no total: NULL, which is not NaN. A point logged twice at one place counts with its latest value.
CREATE VIEW IF NOT EXISTS metric AS
SELECT
    experiment_id, run_id, scope, key, rank, epoch, step,
    anyIf(toNullable(latest), label = '') AS total,
    mapSort(mapFromArrays(groupArrayIf(toString(label), label != ''), groupArrayIf(latest, label != ''))) AS per_label,
    min(first_time) AS time
FROM (
    SELECT experiment_id, run_id, scope, key, rank, epoch, step, label, argMax(value, (metric_point.time, seq)) AS latest, min(metric_point.time) AS first_time
    FROM metric_point
    GROUP BY experiment_id, run_id, scope, key, rank, epoch, step, label
)
GROUP BY experiment_id, run_id, scope, key, rank, epoch, step;

-- A record of a job's runtime: one each 15 s while training advances. `ordinal` tells records apart that share their time and step.
CREATE TABLE IF NOT EXISTS job_runtime
(
    job_id Int64 CODEC(ZSTD(1)),
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    global_step Int64 CODEC(Delta, ZSTD(1)),
    ordinal Int32 CODEC(ZSTD(1)),
    speed Nullable(Float64) CODEC(ZSTD(1)),
    worker_cpu Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    worker_memory Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    ps_cpu Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    ps_memory Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    other String COMMENT 'members of the record that have no column, as a JSON object, or empty' CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (job_id, time, global_step, ordinal)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- The same by node: what a node used when a record was taken. A view over the records' maps, so that both always say the same.
CREATE VIEW IF NOT EXISTS job_node_usage AS
SELECT
    job_id, time, global_step, ordinal, speed,
    usage.1 AS role,
    usage.2 AS node,
    if(mapContains(if(role = 'worker', worker_cpu, ps_cpu), node), if(role = 'worker', worker_cpu, ps_cpu)[node], NULL) AS cpu,
    if(mapContains(if(role = 'worker', worker_memory, ps_memory), node), if(role = 'worker', worker_memory, ps_memory)[node], NULL) AS memory
FROM (SELECT * FROM job_runtime FINAL)
ARRAY JOIN arrayConcat(
    arrayMap(n -> ('worker', toString(n)), arrayDistinct(arrayConcat(mapKeys(worker_cpu), mapKeys(worker_memory)))),
    arrayMap(n -> ('ps', toString(n)), arrayDistinct(arrayConcat(mapKeys(ps_cpu), mapKeys(ps_memory))))) AS usage;

-- A row of a tabular dataset. The features are data, not columns: any table fits. A missing value is missing from the map.
CREATE TABLE IF NOT EXISTS sample
(
    dataset_id Int64 CODEC(ZSTD(1)),
    sample_index Int64 CODEC(Delta, ZSTD(1)),
    original_id String CODEC(ZSTD(1)),
    features Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    texts Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (dataset_id, sample_index)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- What is true of a sample: its class, or a number.
CREATE TABLE IF NOT EXISTS target
(
    dataset_id Int64 CODEC(ZSTD(1)),
    target_index Int64 CODEC(Delta, ZSTD(1)),
    sample_index Int64 CODEC(Delta, ZSTD(1)),
    original_id String CODEC(ZSTD(1)),
    class LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (dataset_id, target_index)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- What a model says of a sample.
CREATE TABLE IF NOT EXISTS prediction
(
    dataset_id Int64 CODEC(ZSTD(1)),
    prediction_set_id Int64 CODEC(ZSTD(1)),
    prediction_index Int64 CODEC(Delta, ZSTD(1)),
    sample_index Int64 CODEC(Delta, ZSTD(1)),
    original_id String CODEC(ZSTD(1)),
    class LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    probabilities Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    group_id UInt64 CODEC(Delta, ZSTD(1)),
    INDEX group_id_range group_id TYPE minmax GRANULARITY 8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (prediction_set_id, prediction_index)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
