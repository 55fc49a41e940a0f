-- How run_metric_order is read (@table(index:) of RunMetric): orders by a metric's latest, least or greatest value take their pages from its indexes. With 200,000 runs of
-- seven metrics a first page takes 1 ms instead of the 400 to 1,000 ms of joining and sorting all of them; filters on metrics, which ask for single runs, join run_metric.
--
-- The runs whose rows of run_metric_order may be behind: those with points in the log. A flush brings the order up to date in the transaction that empties the log, so whoever
-- reads these runs from run_metric, and all others from run_metric_order, sees every acknowledged point.
CREATE VIEW run_metric_pending AS SELECT unnest(run_ids) AS run_id FROM point_log;

-- Equal values come by run id in both directions, which one index cannot give. The greatest maximum and the least minimum are what is asked for; the latest value is asked
-- for from both ends. From the other end equal values are sorted as they are read.
DROP INDEX run_metric_order_max;
CREATE INDEX run_metric_order_max ON run_metric_order (key, scope, label, rank, max_value DESC, run_id);
CREATE INDEX run_metric_order_last_desc ON run_metric_order (key, scope, label, rank, last_value DESC, run_id);
