using System.Globalization;
using AnalyticsGraph.Tracking.Import;
using Npgsql;

namespace AnalyticsGraph.Tracking.Export;

/// <summary>One export while it runs: a snapshot of PostgreSQL with temporary tables in the original's shape.</summary>
/// <param name="Connection">In a transaction.</param>
/// <param name="Source">The instance's name: <c>$1</c>.</param>
/// <param name="Zone">The zone of local times: <c>$2</c>.</param>
/// <param name="Series">The way from ClickHouse.</param>
internal sealed record ExportRun(NpgsqlConnection Connection, string Source, string Zone, SeriesTransfer Series)
{
    /// <summary>Runs a statement with <c>$1</c> and <c>$2</c>, as far as it has them.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The first column of a query.</summary>
    public async Task<List<string>> TextsAsync(string sql, CancellationToken ct)
    {
        await using var command = Command(sql);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var texts = new List<string>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            texts.Add(reader.GetString(0));
        return texts;
    }

    /// <summary>The first column of a query, of numbers.</summary>
    public async Task<long[]> IdsAsync(string sql, CancellationToken ct) =>
        [.. (await TextsAsync($"SELECT id::text FROM ({sql}) i (id)", ct).ConfigureAwait(false)).Select(id => long.Parse(id, CultureInfo.InvariantCulture))];

    /// <summary>
    /// The records of a table that are exported, with the ids they get: their own, or for those that were made here ones behind all of the original's. As
    /// <c>pg_temp.id_NAME (id, original)</c>.
    /// </summary>
    public Task NumberAsync(OriginalTable table, string target, string where, CancellationToken ct) => ExecuteAsync(
        $"""
        CREATE TEMP TABLE id_{target} ON COMMIT DROP AS
        SELECT t.id, coalesce(t.original_id, (b.last + row_number() OVER (PARTITION BY t.original_id IS NULL ORDER BY t.id))::text) AS original
        FROM {target} t, (
            SELECT {Sql.Last} AS last FROM (
                SELECT pg_temp.whole_number(original_id) FROM {target} WHERE source = $1
                UNION ALL SELECT pg_temp.whole_number(data ->> {Sql.Text(table.Key[0])}) FROM other_row WHERE source = $1 AND table_name = {Sql.Text(table.Name)}) m (n)) b
        WHERE t.source = $1 AND t.lifecycle_stage = 'ACTIVE' {where}
        """, ct);

    /// <summary>Makes a table in the original's shape.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">
    /// Its rows as <c>t</c>: the columns by their names, times as moments; where the record has them, <c>other_columns</c>; and <c>more</c>, a jsonb of further columns, where the
    /// table is open.
    /// </param>
    /// <param name="ct">Ends the wait.</param>
    public Task FillAsync(OriginalTable table, string rows, CancellationToken ct)
    {
        var kept = table.HasOtherColumns
            ? "CROSS JOIN LATERAL (SELECT t.other_columns::jsonb AS o) k"
            : $"""
            LEFT JOIN (SELECT data::jsonb AS o FROM other_row WHERE source = $1 AND table_name = {Sql.Text(table.Name)} AND is_partial) k
                ON ({string.Join(", ", table.Key.Select(key => $"k.o ->> {Sql.Text(key)}"))}) = ({string.Join(", ", table.Key.Select(key => $"t.{Sql.Quote(key)}::text"))})
            """;
        var known = string.Join(", ", table.Columns.Select(column => Sql.Text(column.Name)));
        return ExecuteAsync(
            $"""
            CREATE TEMP TABLE {table.Exported["pg_temp.".Length..]} ON COMMIT DROP AS
            SELECT {string.Join(", ", table.Columns.Select(column => $"{Value(column)} AS {Sql.Quote(column.Name)}"))},
                {(table.IsOpen ? "coalesce(t.more, jsonb_build_object()) || " : "")}coalesce(k.o - ARRAY[{known}], jsonb_build_object()) AS other, NULL::bigint AS ordinal
            FROM ({rows}) t {kept} WHERE $1::text IS NOT NULL AND $2::text IS NOT NULL
            """, ct);
    }

    /// <summary>Adds the rows that were kept whole.</summary>
    public Task AddAsideAsync(OriginalTable table, CancellationToken ct) => ExecuteAsync(
        $"""
        INSERT INTO {table.Exported}
        SELECT {string.Join(", ", table.Columns.Select(column => $"data ->> {Sql.Text(column.Name)}"))},
            jsonb_strip_nulls(data::jsonb - ARRAY[{string.Join(", ", table.Columns.Select(column => Sql.Text(column.Name)))}]), ordinal
        FROM other_row WHERE source = $1 AND table_name = {Sql.Text(table.Name)} AND NOT is_partial
        """, ct);

    /// <summary>A column's text: the one that was kept, while it still means what the field says; else the field's.</summary>
    private static string Value(OriginalColumn column)
    {
        var (field, name) = ("t." + Sql.Quote(column.Name), Sql.Text(column.Name));
        return column.Kind switch
        {
            ColumnKind.Time => $"CASE WHEN k.o ? {name} AND pg_temp.local_moment(k.o ->> {name}, $2) IS NOT DISTINCT FROM {field} THEN k.o ->> {name} ELSE pg_temp.local_text({field}, $2) END",
            ColumnKind.RequiredText => $"CASE WHEN k.o ? {name} AND {field} = '' THEN k.o ->> {name} ELSE {field} END",
            ColumnKind.Number => $"CASE WHEN k.o ? {name} AND {field} IS NULL THEN k.o ->> {name} ELSE {field}::text END",
            _ => field + "::text",
        };
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 0 };
        if (sql.Contains("$1", StringComparison.Ordinal) || sql.Contains("$2", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = Source });
        if (sql.Contains("$2", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = Zone });
        return command;
    }
}
