-- Datasets that are made here can be told apart: what both of two do not have counts as the same. Originals may have several that share all of it.
CREATE UNIQUE INDEX dataset_made_here ON dataset (experiment_id, name, digest) NULLS NOT DISTINCT WHERE original_id IS NULL;
