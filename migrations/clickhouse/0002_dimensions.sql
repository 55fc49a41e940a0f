-- Copies of what points are grouped and filtered by. PostgreSQL is the truth; the copier writes the present state of whatever changed, with a growing version, and
-- readers say FINAL. A deleted entity is a last version with deleted = 1.
CREATE TABLE IF NOT EXISTS experiment_dimension
(
    id Int64,
    source LowCardinality(String),
    workspace LowCardinality(String),
    name String,
    lifecycle_stage LowCardinality(String),
    tags Map(LowCardinality(String), String),
    version UInt64,
    deleted UInt8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS run_dimension
(
    id Int64,
    experiment_id Int64,
    trial_id Int64 COMMENT '0 for none',
    parent_id Int64 COMMENT '0 for none',
    uuid String,
    name String,
    user_name LowCardinality(String),
    status LowCardinality(String),
    lifecycle_stage LowCardinality(String),
    start_time Nullable(DateTime64(3, 'UTC')),
    end_time Nullable(DateTime64(3, 'UTC')),
    params Map(LowCardinality(String), String),
    tags Map(LowCardinality(String), String),
    version UInt64,
    deleted UInt8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS dataset_dimension
(
    id Int64,
    experiment_id Int64 COMMENT '0 for none',
    name String,
    digest String,
    version UInt64,
    deleted UInt8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS logged_model_dimension
(
    id Int64,
    experiment_id Int64,
    model_id String,
    name String,
    status LowCardinality(String),
    lifecycle_stage LowCardinality(String),
    version UInt64,
    deleted UInt8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
