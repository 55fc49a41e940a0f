-- { registeredModels { nodes { name versions(first: 3) { nodes { version stage run { name experiment { name } } } } aliases { alias modelVersion { version } } } } }

SELECT t0."id", t0."name" FROM "registered_model" AS t0 WHERE TRUE ORDER BY t0."name", t0."id" LIMIT $1

SELECT r.*, p.ord FROM unnest($1) WITH ORDINALITY AS p(k0, ord) CROSS JOIN LATERAL (SELECT t0."id", t0."version", t0."stage", t0."run_id" FROM "model_version" AS t0 WHERE t0."registered_model_id" = p."k0" ORDER BY t0."version" DESC, t0."id" LIMIT $2) AS r

SELECT r.*, p.ord FROM unnest($1) WITH ORDINALITY AS p(k0, ord) CROSS JOIN LATERAL (SELECT t0."registered_model_id", t0."alias", t0."model_version_id" FROM "model_alias" AS t0 WHERE t0."registered_model_id" = p."k0" ORDER BY t0."alias", t0."registered_model_id" LIMIT $2) AS r

SELECT t0."id", t0."name", t0."experiment_id" FROM "run" AS t0 WHERE t0."id" = ANY($1)

SELECT t0."id", t0."name" FROM "experiment" AS t0 WHERE t0."id" = ANY($1)
