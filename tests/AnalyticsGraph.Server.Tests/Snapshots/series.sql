-- { run(uuid: "014143a532d3472c96d7de1ad387da80") { name series(key: "train/loss", sample: {lttb: {points: 100}}) { steps values } } }

SELECT t0."id", t0."name", t0."experiment_id" FROM "run" AS t0 WHERE TRUE AND ((t0."uuid" = $1)) ORDER BY t0."id" LIMIT $2

SELECT a.ordinal - 1, m.count, CASE a.scope WHEN 'BATCH' THEN 0 ELSE m.first_step END, CASE a.scope WHEN 'BATCH' THEN m.count - 1 ELSE m.last_step END, (SELECT count(*) FROM (SELECT FROM point_log l WHERE l.run_ids @> ARRAY[a.run_id] LIMIT 1) AS waiting) FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS a(run_id, key, label, scope, rank, ordinal) JOIN run_metric m ON m.run_id = a.run_id AND m.scope = a.scope AND m.key = a.key AND m.label = a.label AND m.rank = a.rank ORDER BY 1

SELECT toUInt32(0) AS question, run_id, toUInt8(0) AS part, toInt64(point.1) AS step, point.2 AS value FROM (SELECT run_id, largestTriangleThreeBucketsIf(100)(s, v, isFinite(v)) AS chosen FROM (SELECT run_id, epoch AS e, step AS s, toUnixTimestamp64Milli(time) AS t, value AS v FROM metric_point AS p WHERE experiment_id = {x0:Int64} AND key = {k0:String} AND label = {l0:String} AND run_id = {i0:Int64} AND scope = {c0:String} AND rank = {r0:Int32}) GROUP BY run_id) ARRAY JOIN chosen AS point
