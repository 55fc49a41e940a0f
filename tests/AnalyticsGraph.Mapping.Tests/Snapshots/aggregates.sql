SELECT * FROM (SELECT (t0."text"::text COLLATE "C") AS "key 0", count(*) AS "measure 0" FROM "p_fact" AS t0 WHERE TRUE GROUP BY "key 0") AS g WHERE TRUE ORDER BY g."key 0" NULLS LAST LIMIT $1

SELECT * FROM (SELECT count(*) AS "measure 0", max(t0."large") AS "measure 1" FROM "p_fact" AS t0 WHERE TRUE) AS g WHERE TRUE LIMIT $1

SELECT * FROM (SELECT if(isNaN(t0."number"), nan, t0."number" + 0) AS "key 0", t0."text" AS "key 1", toInt64(count()) AS "measure 0", accurateCast(sumOrNull(toInt128(t0."large")), 'Nullable(Int64)') AS "measure 1" FROM "c_fact" AS t0 WHERE TRUE GROUP BY "key 0", "key 1") AS g WHERE TRUE ORDER BY g."measure 0" DESC, multiIf(isNull(g."key 0"), 2, coalesce(isNaN(g."key 0"), 0), 1, 0), g."key 0", multiIf(isNull(g."key 1"), 2, 0), g."key 1" LIMIT {p1:Int64} SETTINGS join_use_nulls = 1, enable_extended_results_for_datetime_functions = 1
