-- Runs by a param or a tag of a value: the index alone says which, thousands in a millisecond, for it has the value itself. Values too long for an index are left out of it, and looked for among those of their key.
DROP INDEX run_param_value;
CREATE INDEX run_param_value ON run_param (key, value, run_id) WHERE length(value) <= 200;
DROP INDEX run_tag_value;
CREATE INDEX run_tag_value ON run_tag (key, value, run_id) WHERE length(value) <= 200;
