-- Which rows of ClickHouse an import brought, by their group: what a source has no more is taken away again, and what was logged here never is. A row for each block of an import,
-- written before it. Rows of imports from before this migration are unknown here, and stay.
CREATE TABLE import_group (
    source text NOT NULL,
    group_id bigint NOT NULL,
    PRIMARY KEY (source, group_id)
);

-- A run's points are numbered on when an import has taken some away: `seq` is how many there are and how many there were.
ALTER TABLE run_counter ADD COLUMN removed bigint NOT NULL DEFAULT 0;
