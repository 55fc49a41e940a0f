using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>One import while it runs: where it stores what, and the statements that follow from the tables' descriptions.</summary>
/// <param name="Connection">Has the temporary tables.</param>
/// <param name="Source">The instance's name: <c>$1</c> of all statements.</param>
/// <param name="Zone">The zone of local times: <c>$2</c>.</param>
/// <param name="Staging">The source's tables.</param>
/// <param name="Series">The way to ClickHouse.</param>
/// <param name="Progress">Told what is being done.</param>
internal sealed record OriginalRun(
    NpgsqlConnection Connection, string Source, string Zone, OriginalStaging Staging, SeriesTransfer Series, IProgress<ImportProgress> Progress)
{
    /// <summary>The columns of a record that the source has, and that is in use therefore.</summary>
    public static readonly (string Column, string Value)[] InUse = [("lifecycle_stage", "'ACTIVE'"), ("deletion", "NULL::bigint")];

    /// <summary>What was written.</summary>
    public TableCounts Counts { get; } = new();

    /// <summary>Runs a statement with <c>$1</c> and <c>$2</c>, as far as it has them.</summary>
    public async Task<int> ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = Command(sql);
        return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The first column of a query, of numbers.</summary>
    public async Task<long[]> IdsAsync(string sql, CancellationToken ct)
    {
        await using var command = Command(sql);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var ids = new List<long>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            ids.Add(reader.GetInt64(0));
        return [.. ids];
    }

    /// <summary>A command with <c>$1</c> and <c>$2</c>, as far as it has them.</summary>
    public NpgsqlCommand Command(string sql)
    {
        var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 0 };
        if (sql.Contains("$1", StringComparison.Ordinal) || sql.Contains("$2", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = Source });
        if (sql.Contains("$2", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = Zone });
        return command;
    }

    /// <summary>Removes what the source has no more, if it has the table at all.</summary>
    public async Task RemoveAsync(OriginalTable table, string sql, CancellationToken ct)
    {
        if (Staging.Has(table))
            Counts.AddRemoved(table.Name, await ExecuteAsync(sql, ct).ConfigureAwait(false));
    }

    /// <summary>
    /// What marks a record as deleted: in the deletion of the owner that goes, too, so that it comes back with that one, else in one of its own.
    /// </summary>
    /// <param name="owners">Its owners' tables, whose turn came before.</param>
    public static string Deleted(params string[] owners) =>
        $"lifecycle_stage = 'DELETED', deletion = coalesce({string.Concat(owners.Select(owner => $"(SELECT o.deletion FROM {owner} o WHERE o.id = {owner}_id AND o.lifecycle_stage = 'DELETED'), "))}nextval('deletion'))";

    /// <summary>Adds records, or brings them up to what the source says.</summary>
    /// <param name="table">The source's table, staged as <c>s</c>.</param>
    /// <param name="target">Our table.</param>
    /// <param name="conflict">Its key.</param>
    /// <param name="more">Columns that are no plain values of the source's, with what they get.</param>
    /// <param name="joins">What those need.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task StoreAsync(OriginalTable table, string target, string conflict, (string Column, string Value)[] more, string joins, CancellationToken ct)
    {
        if (!Staging.Has(table))
            return;
        var values = more.Concat(table.Columns.Where(column => column.Field is not null).Select(column => (column.Field!, Value(column))))
            .Concat(table.HasOtherColumns ? [("other_columns", Unheld(table))] : []).ToArray();
        var changing = values.Select(value => value.Item1).Except(conflict.Split(", ")).ToArray();
        string Compared(string alias) => string.Join(", ", changing.Select(column => $"{alias}.{column}{(column == "other_columns" ? "::text" : "")}"));
        var update = changing.Length == 0
            ? "DO NOTHING"
            : $"DO UPDATE SET {string.Join(", ", changing.Select(column => $"{column} = EXCLUDED.{column}"))} WHERE ({Compared("t")}) IS DISTINCT FROM ({Compared("EXCLUDED")})";
        await Counts.RunAsync(
            Connection,
            table.Name,
            $"""
            INSERT INTO {target} AS t ({string.Join(", ", values.Select(value => value.Item1))})
            SELECT {string.Join(", ", values.Select(value => value.Item2))} FROM {table.Staged} s {joins} WHERE NOT s.{Sql.Aside} ORDER BY s.{Sql.Ordinal}
            ON CONFLICT ({conflict}) {update}
            """,
            Source, Zone, 0, ct).ConfigureAwait(false);
    }

    /// <summary>What a column's text means to us; the staged row is <c>s</c>.</summary>
    public static string Value(OriginalColumn column)
    {
        var text = "s." + Sql.Quote(column.Name);
        return column.Kind switch
        {
            ColumnKind.RequiredText => $"coalesce({text}, '')",
            ColumnKind.Time => $"pg_temp.local_moment({text}, $2)",
            ColumnKind.Number => $"pg_temp.double_number({text})",
            ColumnKind.Id => $"{text}::bigint",
            _ => text,
        };
    }

    /// <summary>The texts of a staged row that our columns do not hold, as a JSON object; null if there are none.</summary>
    public string Unheld(OriginalTable table, bool withKey = false)
    {
        var items = table.Columns.Where(column => column.Kind is ColumnKind.Time or ColumnKind.RequiredText or ColumnKind.Number or ColumnKind.Runtime)
            .Select(column => Item(column.Name, column.Kind switch
            {
                ColumnKind.Time => $"pg_temp.is_held(s.{Sql.Quote(column.Name)}, {Value(column)}, $2)",
                ColumnKind.RequiredText => $"s.{Sql.Quote(column.Name)} IS NOT NULL",
                ColumnKind.Runtime => $"pg_temp.is_runtime(s.{Sql.Quote(column.Name)})",
                _ => $"s.{Sql.Quote(column.Name)} IS NULL OR {Value(column)} IS NOT NULL",
            }))
            .Concat(table.IsOpen ? [] : Staging.Unknown(table).Select(column => Item(column, $"s.{Staging.Column(table, column)} IS NULL")))
            .Concat(withKey ? table.Key.Select(column => Item(column, "false")) : []).ToArray();
        return items.Length == 0
            ? "NULL::json"
            : $"(SELECT json_object_agg(k.name, k.value) FROM (VALUES {string.Join(", ", items)}) AS k (name, value, is_held) WHERE NOT k.is_held)";

        string Item(string name, string isHeld) => $"({Sql.Text(name)}, s.{Staging.Column(table, name)}, {isHeld})";
    }

    /// <summary>Keeps what has no place: rows whole, and columns beside their rows.</summary>
    public async Task StoreOthersAsync(IReadOnlyList<OriginalTable> tables, CancellationToken ct)
    {
        await ExecuteAsync("CREATE TEMP TABLE kept (table_name text, ordinal bigint, is_partial boolean, is_withheld boolean, data json) ON COMMIT DROP", ct).ConfigureAwait(false);
        foreach (var table in tables)
        {
            var names = table.Columns.Select(column => column.Name).Concat(Staging.Unknown(table));
            await KeepAsync(table, names, "WHERE s." + Sql.Aside, ct).ConfigureAwait(false);
            if (!table.HasOtherColumns && Unheld(table) is var unheld && unheld != "NULL::json")
            {
                await ExecuteAsync(
                    $"""
                    INSERT INTO pg_temp.kept SELECT {Sql.Text(table.Name)}, s.{Sql.Ordinal}, true, false, {Unheld(table, withKey: true)}
                    FROM {table.Staged} s WHERE NOT s.{Sql.Aside} AND {unheld} IS NOT NULL
                    """, ct).ConfigureAwait(false);
            }
        }

        foreach (var table in Staging.Others)
            await KeepAsync(table, Staging.Unknown(table), "", ct).ConfigureAwait(false);
        await MergeAsync(ct).ConfigureAwait(false);
    }

    /// <summary>How many rows of each table were kept whole.</summary>
    public async Task<Dictionary<string, long>> CountAsideAsync(CancellationToken ct)
    {
        await using var command = Command("SELECT table_name, count(*) FROM other_row WHERE source = $1 AND NOT is_partial GROUP BY table_name");
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var counts = new Dictionary<string, long>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            // Tables without a type have all their rows here, as they should.
            if (!Staging.Others.Exists(table => table.Name == reader.GetString(0)))
                counts.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return counts;
    }

    private async Task KeepAsync(OriginalTable table, IEnumerable<string> columns, string where, CancellationToken ct)
    {
        string[] names = [.. columns];
        await ExecuteAsync(
            $"""
            INSERT INTO pg_temp.kept
            SELECT {Sql.Text(table.Name)}, s.{Sql.Ordinal}, false, holds_credentials({Sql.Text(table.Name)}, ARRAY[{string.Join(", ", names.Select(Sql.Text))}]::text[]),
                json_object(ARRAY[{string.Join(", ", names.Select(Sql.Text))}]::text[], ARRAY[{string.Join(", ", names.Select(name => "s." + Staging.Column(table, name)))}]::text[])
            FROM {table.Staged} s {where}
            """, ct).ConfigureAwait(false);
    }

    private async Task MergeAsync(CancellationToken ct)
    {
        await using (var write = Command(
            """
            WITH written AS (
                INSERT INTO other_row AS o (source, table_name, ordinal, is_partial, is_withheld, data)
                SELECT $1, table_name, ordinal, is_partial, is_withheld, data FROM pg_temp.kept
                ON CONFLICT (source, table_name, ordinal) DO UPDATE SET data = EXCLUDED.data, is_partial = EXCLUDED.is_partial, is_withheld = EXCLUDED.is_withheld
                    WHERE (o.data::jsonb, o.is_partial, o.is_withheld) IS DISTINCT FROM (EXCLUDED.data::jsonb, EXCLUDED.is_partial, EXCLUDED.is_withheld)
                RETURNING o.table_name, o.is_partial, xmax = 0 AS added)
            SELECT table_name, count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM written WHERE NOT is_partial GROUP BY table_name
            """))
        await using (var reader = await write.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                Counts.Add(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
        }

        await using var remove = Command(
            """
            DELETE FROM other_row o WHERE source = $1 AND table_name = ANY($3)
                AND NOT EXISTS (SELECT FROM pg_temp.kept k WHERE (k.table_name, k.ordinal) = (o.table_name, o.ordinal)) AND $2 <> ''
            """);
        remove.Parameters.Add(new() { Value = Staging.Rows.Keys.ToArray() });
        await remove.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
