-- What is known of the call that brings a load, written down when it asks to publish: whoever completes the publishing answers the call's token, too, and adds the columns of datasets
-- that its rows name.
ALTER TABLE staged_load
    ADD COLUMN row_count bigint NOT NULL DEFAULT 0,
    ADD COLUMN operation text NOT NULL DEFAULT '',
    ADD COLUMN token text,
    ADD COLUMN payload_hash bytea,
    ADD COLUMN column_datasets bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN column_names text[] NOT NULL DEFAULT '{}',
    ADD COLUMN column_types text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN staged_load.row_count IS 'how many rows the body had';
