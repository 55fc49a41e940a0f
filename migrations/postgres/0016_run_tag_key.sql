-- Runs by a tag of a key, whatever its value: run_tag_value has short values alone.
CREATE INDEX run_tag_key ON run_tag (key, run_id);
