namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// The document of a job's runtime records, in and out: <c>[{"global_step":500,"time_stamp":1690000000,"speed":125.5,"worker_memory":{"0":4294967296},...}]</c>. A member that
/// its column cannot hold exactly (no number, an empty map) stays as it is among the record's other members. A document with anything but such records is kept whole, too.
/// </summary>
internal static class RuntimeDocuments
{
    /// <summary>How many records a document of the original has.</summary>
    public const int Kept = 60;

    public const string Functions =
        """
        CREATE OR REPLACE FUNCTION pg_temp.is_record(item jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE WHEN jsonb_typeof(item -> 'time_stamp') = 'number' AND jsonb_typeof(item -> 'global_step') = 'number'
                THEN (item ->> 'time_stamp')::numeric BETWEEN 0 AND 10413791999 AND (item ->> 'global_step')::numeric BETWEEN -9007199254740992 AND 9007199254740992
                    AND (item ->> 'global_step')::numeric % 1 = 0
                ELSE false END $$;
        CREATE OR REPLACE FUNCTION pg_temp.is_number_map(item jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
            SELECT jsonb_typeof(item) = 'object' AND item <> '{}'
                AND NOT EXISTS (SELECT FROM jsonb_each(json_members(item)) e WHERE jsonb_typeof(e.value) <> 'number' OR pg_temp.double_number(e.value #>> '{}') IS NULL) $$;
        CREATE OR REPLACE FUNCTION pg_temp.number_map(item jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE WHEN pg_temp.is_number_map(item) THEN (SELECT jsonb_object_agg(key, pg_temp.double_number(value #>> '{}')) FROM jsonb_each(item)) ELSE '{}' END $$;
        CREATE OR REPLACE FUNCTION pg_temp.runtime_records(document text)
        RETURNS TABLE (place bigint, "time" timestamptz, global_step bigint, speed double precision, worker_cpu jsonb, worker_memory jsonb, ps_cpu jsonb, ps_memory jsonb, other text)
        LANGUAGE sql IMMUTABLE AS $$
            SELECT e.place, to_timestamp(floor((e.item ->> 'time_stamp')::numeric * 1000) / 1000), (e.item ->> 'global_step')::numeric::bigint,
                CASE WHEN jsonb_typeof(e.item -> 'speed') = 'number' THEN pg_temp.double_number(e.item ->> 'speed') END,
                pg_temp.number_map(e.item -> 'worker_cpu'), pg_temp.number_map(e.item -> 'worker_memory'), pg_temp.number_map(e.item -> 'ps_cpu'), pg_temp.number_map(e.item -> 'ps_memory'),
                coalesce((
                    SELECT jsonb_object_agg(m.key, m.value)::text FROM jsonb_each(e.item) m
                    WHERE NOT CASE m.key
                        WHEN 'global_step' THEN true
                        WHEN 'time_stamp' THEN (e.item ->> 'time_stamp')::numeric * 1000 % 1 = 0
                        WHEN 'speed' THEN jsonb_typeof(m.value) = 'number' AND pg_temp.double_number(m.value #>> '{}') IS NOT NULL
                        WHEN 'worker_cpu' THEN pg_temp.is_number_map(m.value) WHEN 'worker_memory' THEN pg_temp.is_number_map(m.value)
                        WHEN 'ps_cpu' THEN pg_temp.is_number_map(m.value) WHEN 'ps_memory' THEN pg_temp.is_number_map(m.value)
                        ELSE false END), '')
            FROM jsonb_array_elements(json_items(json_document(document))) WITH ORDINALITY AS e (item, place)
            WHERE pg_temp.is_record(e.item) $$;
        -- Whether the records say all that the document does.
        CREATE OR REPLACE FUNCTION pg_temp.is_runtime(document text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
            SELECT document IS NULL OR (
                jsonb_typeof(json_document(document)) = 'array' AND json_document(document) <> '[]'
                AND NOT EXISTS (SELECT FROM jsonb_array_elements(json_items(json_document(document))) AS e (item) WHERE NOT pg_temp.is_record(e.item))) IS TRUE $$;
        CREATE OR REPLACE FUNCTION pg_temp.json_double(number double precision) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE WHEN number IN ('NaN', 'Infinity', '-Infinity') THEN to_json(number::text)::text ELSE number::text END $$;
        CREATE OR REPLACE FUNCTION pg_temp.map_text(name text, map jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT '"' || name || '":{' || string_agg(to_json(key)::text || ':' || pg_temp.json_double(pg_temp.double_number(value #>> '{}')), ',' ORDER BY length(key), key COLLATE "C") || '}'
            FROM jsonb_each(map) $$;
        CREATE OR REPLACE FUNCTION pg_temp.record_text(
            "time" timestamptz, global_step bigint, speed double precision, worker_cpu jsonb, worker_memory jsonb, ps_cpu jsonb, ps_memory jsonb, other text)
        RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT '{' || concat_ws(',',
                '"global_step":' || global_step,
                CASE WHEN NOT coalesce(nullif(other, '')::jsonb ? 'time_stamp', false) THEN '"time_stamp":' || trim_scale(extract(epoch FROM "time")::numeric) END,
                '"speed":' || pg_temp.json_double(speed),
                pg_temp.map_text('worker_memory', worker_memory), pg_temp.map_text('worker_cpu', worker_cpu), pg_temp.map_text('ps_memory', ps_memory), pg_temp.map_text('ps_cpu', ps_cpu),
                (SELECT string_agg(to_json(key)::text || ':' || value::text, ',' ORDER BY key COLLATE "C") FROM jsonb_each(nullif(other, '')::jsonb))) || '}' $$;
        """;

    /// <summary>Makes a temporary table of the records that ClickHouse has of jobs.</summary>
    public static Task ReadAsync(SeriesTransfer series, string name, IReadOnlyList<long> jobs, CancellationToken ct) => series.ReadAsync(
        $"{name} (job_id bigint, time timestamptz, global_step bigint, ordinal int, speed double precision, worker_cpu jsonb, worker_memory jsonb, ps_cpu jsonb, ps_memory jsonb, other text, version bigint)",
        "job_id, concat(toString(time), '+00'), global_step, ordinal, speed, toJSONString(worker_cpu), toJSONString(worker_memory), toJSONString(ps_cpu), toJSONString(ps_memory), other, version",
        "FROM job_runtime FINAL WHERE job_id IN {ids:Array(Int64)}", jobs, ct);
}
