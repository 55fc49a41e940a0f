using System.Collections.Frozen;
using AnalyticsGraph.Mapping.Model;
using Npgsql;

namespace AnalyticsGraph.Mapping.Catalog;

/// <summary>Reads the tables, views, columns and indexes that a connection sees.</summary>
internal static class PostgresCatalog
{
    private const string Columns = """
        SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'), pg_table_is_visible(c.oid), a.attname,
               CASE WHEN t.typtype = 'd' THEN bt.typname ELSE t.typname END,
               format_type(a.atttypid, a.atttypmod),
               coalesce(e.typtype, t.typtype) = 'e',
               e.typname,
               NOT (a.attnotnull OR coalesce(t.typnotnull, false))
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_type bt ON bt.oid = t.typbasetype
        LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        ORDER BY c.oid, a.attnum
        """;

    private const string Indexes = """
        SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY k.ord), bool_and(i.indisunique AND i.indimmediate) AND count(*) = min(i.indnatts), min(pg_get_expr(i.indpred, i.indrelid))
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, ord)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE i.indisvalid AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        GROUP BY n.nspname, c.relname, i.indexrelid
        """;

    public static async Task<StoreCatalog> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var tables = new Dictionary<string, (List<ColumnModel> Columns, List<CatalogIndex>? Indexes)>(StringComparer.Ordinal);
        var visible = new List<(string Name, string Full)>();
        var batch = dataSource.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Columns));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Indexes));
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = reader.GetString(1);
            var full = $"{reader.GetString(0)}.{name}";
            if (!tables.TryGetValue(full, out var table))
            {
                tables.Add(full, table = ([], reader.GetBoolean(2) ? null : []));
                if (reader.GetBoolean(3))
                {
                    visible.Add((name, full));
                }
            }

            table.Columns.Add(ReadColumn(reader));
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (tables.TryGetValue($"{reader.GetString(0)}.{reader.GetString(1)}", out var table))
            {
                table.Indexes?.Add(new CatalogIndex(reader.GetFieldValue<string[]>(2), reader.GetBoolean(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
            }
        }

        var all = tables.ToDictionary(pair => pair.Key, pair => new CatalogTable(pair.Value.Columns.ToFrozenDictionary(column => column.Name, StringComparer.Ordinal), pair.Value.Indexes));
        foreach (var (name, full) in visible)
        {
            all[name] = all[full];
        }

        return new StoreCatalog(all.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static ColumnModel ReadColumn(NpgsqlDataReader reader)
    {
        var isArray = !reader.IsDBNull(8);
        var type = isArray ? reader.GetString(8) : reader.GetString(5);
        var kind = reader.GetBoolean(7) ? ColumnKind.EnumText : KindOf(type);
        return new ColumnModel(reader.GetString(4), kind, isArray, reader.GetBoolean(9), reader.GetString(6));
    }

    private static ColumnKind KindOf(string type) => type switch
    {
        "bool" => ColumnKind.Boolean,
        "int2" or "int4" or "int8" => ColumnKind.Integer,
        "float8" => ColumnKind.Double,
        "float4" => ColumnKind.Single,
        "numeric" => ColumnKind.Decimal,
        "text" or "varchar" or "bpchar" or "citext" or "name" => ColumnKind.Text,
        "uuid" => ColumnKind.Uuid,
        "timestamptz" => ColumnKind.Timestamp,
        "timestamp" => ColumnKind.LocalTimestamp,
        "date" => ColumnKind.Date,
        "interval" => ColumnKind.Interval,
        "json" => ColumnKind.Json,
        "jsonb" => ColumnKind.JsonBinary,
        _ => ColumnKind.Unknown,
    };
}
