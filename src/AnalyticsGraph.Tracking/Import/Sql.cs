namespace AnalyticsGraph.Tracking.Import;

/// <summary>Names in statements, and the functions that imports and exports share.</summary>
internal static class Sql
{
    /// <summary>The column of a staged row's place, quoted; named so that no source has it.</summary>
    public const string Ordinal = "\"analyticsgraph ordinal\"";

    /// <summary>Whether a staged row has no place in the graph.</summary>
    public const string Aside = "\"analyticsgraph aside\"";

    /// <summary>
    /// What an original's texts mean. A local time that the zone leaves out (its clocks were put forward), or outside the years that both stores have, still has a moment or none;
    /// <c>is_held</c> tells that its text is needed, too.
    /// </summary>
    public const string Functions =
        """
        CREATE OR REPLACE FUNCTION pg_temp.whole_number(value text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE WHEN value ~ '^\s*[+-]?\d{1,18}\s*$' THEN value::bigint
                WHEN value ~ '^\s*[+-]?\d{19}\s*$' THEN CASE WHEN value::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN value::numeric::bigint END END $$;
        CREATE OR REPLACE FUNCTION pg_temp.double_number(value text) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN
            IF value ~* '^\s*[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf|infinity)\s*$' THEN
                RETURN value::double precision;
            END IF;
            RETURN NULL;
        EXCEPTION WHEN numeric_value_out_of_range THEN
            RETURN NULL;
        END $$;
        CREATE OR REPLACE FUNCTION pg_temp.local_moment(value text, zone text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
        DECLARE moment timestamptz;
        BEGIN
            IF value !~ '^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?$' THEN
                RETURN NULL;
            END IF;
            moment := replace(value, 'T', ' ')::timestamp AT TIME ZONE zone;
            RETURN CASE WHEN moment >= '1900-01-01 00:00:00Z' AND moment < '2300-01-01 00:00:00Z' THEN moment END;
        EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
            RETURN NULL;
        END $$;
        CREATE OR REPLACE FUNCTION pg_temp.local_text(moment timestamptz, zone text) RETURNS text LANGUAGE sql STABLE AS $$
            SELECT to_char(moment AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI:SS') || CASE WHEN extract(microseconds FROM moment)::bigint % 1000000 = 0 THEN '' ELSE to_char(moment, '.US') END $$;
        CREATE OR REPLACE FUNCTION pg_temp.is_held(value text, moment timestamptz, zone text) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT CASE WHEN value IS NULL THEN true WHEN moment IS NULL THEN false ELSE replace(value, 'T', ' ')::timestamp = moment AT TIME ZONE zone END $$;
        CREATE OR REPLACE FUNCTION pg_temp.point_time(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
            SELECT floor(extract(epoch FROM moment) * 1000)::bigint $$;
        -- Python writes NaN and the infinities bare where JSON has no word for them.
        CREATE OR REPLACE FUNCTION pg_temp.label_document(value text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
            SELECT json_members(coalesce(json_document(value), json_document(regexp_replace(value, '(:\s*)(NaN|-?Infinity)(\s*[,}])', '\1"\2"\3', 'g')))) $$;
        CREATE OR REPLACE FUNCTION pg_temp.labels(value text) RETURNS TABLE (label text, number double precision) LANGUAGE sql IMMUTABLE AS $$
            SELECT l.key, pg_temp.double_number(l.item #>> '{}')
            FROM jsonb_each(pg_temp.label_document(value)) AS l (key, item)
            WHERE l.key <> '' AND (jsonb_typeof(l.item) = 'number' OR l.item IN ('"NaN"', '"Infinity"', '"-Infinity"')) AND pg_temp.double_number(l.item #>> '{}') IS NOT NULL $$;
        """;

    /// <summary>The greatest number <c>n</c> that further ones are counted on from, 0 if there is none: greater ones leave no room behind them.</summary>
    public const string Last = "coalesce(max(n) FILTER (WHERE n < 1000000000000000000), 0)";

    /// <summary>A name, quoted.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text, quoted, without the signs of parameters. For names of columns of the source; values travel as parameters.</summary>
    public static string Text(string text) => text.Contains('$', StringComparison.Ordinal)
        ? $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal).Replace("$", "\\x24", StringComparison.Ordinal)}'"
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
