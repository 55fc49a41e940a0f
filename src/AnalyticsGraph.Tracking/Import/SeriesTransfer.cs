using System.Globalization;
using System.Text;
using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>Carries rows between ClickHouse's versioned tables and temporary tables of a PostgreSQL session, block by block.</summary>
internal sealed class SeriesTransfer(ClickHouseClient clickHouse, NpgsqlConnection connection)
{
    private const int RowsPerBlock = 50_000;
    private const int IdsPerQuery = 10_000;

    private static readonly Dictionary<string, string> Settings = new() { ["output_format_json_quote_denormals"] = "1" };

    /// <summary>Makes a temporary table of what ClickHouse has.</summary>
    /// <param name="table">The temporary table, with its columns: <c>name (column type, ...)</c>.</param>
    /// <param name="columns">ClickHouse's expressions for them, in order.</param>
    /// <param name="from">The rest of the query; <c>{ids:Array(Int64)}</c> are the ids.</param>
    /// <param name="ids">The owners of the rows.</param>
    /// <param name="ct">Ends the reading.</param>
    public async Task ReadAsync(string table, string columns, string from, IReadOnlyList<long> ids, CancellationToken ct)
    {
        await ExecuteAsync($"CREATE TEMP TABLE {table}", ct).ConfigureAwait(false);
        var name = table[..table.IndexOf(' ', StringComparison.Ordinal)];
        foreach (var chunk in ids.Chunk(IdsPerQuery))
            await CopyAsync(name, new ClickHouseQuery($"SELECT formatRow('TabSeparated', {columns}) AS line {from}").With("ids", "Array(Int64)", chunk), ct).ConfigureAwait(false);
        await ExecuteAsync($"ANALYZE pg_temp.{name}", ct).ConfigureAwait(false);
    }

    /// <summary>As the other one, for rows that belong to a source instead of numbered owners: <c>{source:String}</c>.</summary>
    public async Task ReadAsync(string table, string columns, string from, string source, CancellationToken ct)
    {
        await ExecuteAsync($"CREATE TEMP TABLE {table}", ct).ConfigureAwait(false);
        var name = table[..table.IndexOf(' ', StringComparison.Ordinal)];
        await CopyAsync(name, new ClickHouseQuery($"SELECT formatRow('TabSeparated', {columns}) AS line {from}").With("source", "String", source), ct).ConfigureAwait(false);
        await ExecuteAsync($"ANALYZE pg_temp.{name}", ct).ConfigureAwait(false);
    }

    /// <summary>Inserts rows, all with one new version.</summary>
    /// <param name="table">ClickHouse's table.</param>
    /// <param name="select">A query whose first column says whether the row is new, the others are named as those of the table. Maps come as two arrays, <c>name</c> and <c>name_values</c>.</param>
    /// <param name="types">The types of the table's columns, in the query's order.</param>
    /// <param name="ct">Ends the insert between two blocks.</param>
    /// <returns>How many rows were new and how many replaced one; and their version.</returns>
    public async Task<(long Added, long Changed, ulong Version)> WriteAsync(string table, NpgsqlCommand select, string[] types, CancellationToken ct)
    {
        ulong version;
        await using (var next = new NpgsqlCommand("SELECT nextval('point_group_id')", connection))
            version = (ulong)(long)(await next.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        await using var reader = await select.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var names = Enumerable.Range(1, reader.FieldCount - 1).Select(reader.GetName).Where(name => !name.EndsWith("_values", StringComparison.Ordinal)).ToArray();
        var columns = names.Select(_ => new List<object?>()).ToArray();
        var (added, changed, block) = (0L, 0L, 0);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            if (reader.GetBoolean(0))
                added++;
            else
                changed++;
            for (int field = 1, i = 0; i < columns.Length; i++)
                columns[i].Add(types[i].StartsWith("Map(", StringComparison.Ordinal) ? Pairs(reader.GetValue(field++), reader.GetValue(field++)) : Value(reader.GetValue(field++)));
            if (columns[0].Count == RowsPerBlock)
                await WriteBlockAsync(table, names, types, columns, version, block++, ct).ConfigureAwait(false);
        }

        if (columns[0].Count > 0)
            await WriteBlockAsync(table, names, types, columns, version, block, ct).ConfigureAwait(false);
        return (added, changed, version);
    }

    /// <summary>Removes rows.</summary>
    public async Task RemoveAsync(ClickHouseQuery delete, IReadOnlyList<long> ids, CancellationToken ct)
    {
        foreach (var chunk in ids.Chunk(IdsPerQuery))
            await clickHouse.ExecuteAsync(delete.With("ids", "Array(Int64)", chunk), ct).ConfigureAwait(false);
    }

    private async Task WriteBlockAsync(string table, string[] names, string[] types, List<object?>[] values, ulong version, int number, CancellationToken ct)
    {
        var stamps = Enumerable.Repeat(version, values[0].Count).ToArray();
        using var block = new Block([
            .. names.Select((name, i) => ClickHouseColumn.FromObjects(name, types[i], values[i])),
            ClickHouseColumn.Create("version", "UInt64", stamps),
            ClickHouseColumn.Create("group_id", "UInt64", stamps),
        ]);
        var insert = new ClickHouseInsert(table)
        {
            // A version is used once, so this tells blocks apart; with it, a lost answer is no reason to stop.
            DeduplicationToken = string.Create(CultureInfo.InvariantCulture, $"import-{table}-{version}-{number}"),
            Settings = new Dictionary<string, string> { ["async_insert"] = "0", ["insert_deduplicate"] = "1" },
        };
        await clickHouse.InsertAsync(insert, block, ct).ConfigureAwait(false);
        foreach (var column in values)
            column.Clear();
    }

    private async Task CopyAsync(string table, ClickHouseQuery query, CancellationToken ct)
    {
        await using var result = await clickHouse.QueryAsync(query with { Settings = Settings }, ct).ConfigureAwait(false);
        await using var rows = (StreamWriter)await connection.BeginTextImportAsync($"COPY pg_temp.{table} FROM STDIN", ct).ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
            {
                // ClickHouse escapes its rows as COPY does.
                var lines = block.Column<string>("line");
                for (var i = 0; i < block.RowCount; i++)
                    await rows.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(lines[i]), ct).ConfigureAwait(false);
            }
        }
    }

    private static object? Value(object value) => value switch
    {
        DBNull => null,
        DateTime moment => DateTime.SpecifyKind(moment, DateTimeKind.Utc),
        _ => value,
    };

    private static Dictionary<string, object> Pairs(object keys, object values)
    {
        var map = new Dictionary<string, object>(StringComparer.Ordinal);
        if (keys is string[] names)
        {
            for (var i = 0; i < names.Length; i++)
                map[names[i]] = ((Array)values).GetValue(i)!;
        }

        return map;
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
