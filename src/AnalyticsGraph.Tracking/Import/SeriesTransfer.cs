using System.Globalization;
using System.Text;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>Carries rows between ClickHouse's versioned tables and temporary tables of a PostgreSQL session, block by block.</summary>
/// <param name="clickHouse">The one side.</param>
/// <param name="connection">The other.</param>
/// <param name="source">The instance whose rows they are.</param>
internal sealed class SeriesTransfer(ClickHouseClient clickHouse, NpgsqlConnection connection, string source)
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
        // That the rows are an import's is known before any of them is there.
        ulong version;
        await using (var next = new NpgsqlCommand("INSERT INTO import_group (source, group_id) VALUES ($1, nextval('point_group_id')) RETURNING group_id", connection) { Parameters = { new() { Value = source } } })
            version = (ulong)(long)(await next.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        var (added, changed) = await WriteAsync(table, select, types, version, ct).ConfigureAwait(false);
        if (added + changed == 0)
        {
            await using var forget = new NpgsqlCommand("DELETE FROM import_group WHERE source = $1 AND group_id = $2", connection) { Parameters = { new() { Value = source }, new() { Value = (long)version } } };
            await forget.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        return (added, changed, version);
    }

    private async Task<(long Added, long Changed)> WriteAsync(string table, NpgsqlCommand select, string[] types, ulong version, CancellationToken ct)
    {
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
        return (added, changed);
    }

    /// <summary>Removes rows.</summary>
    public async Task RemoveAsync(ClickHouseQuery delete, IReadOnlyList<long> ids, CancellationToken ct)
    {
        foreach (var chunk in ids.Chunk(IdsPerQuery))
            await clickHouse.ExecuteAsync(delete.With("ids", "Array(Int64)", chunk), ct).ConfigureAwait(false);
    }

    /// <summary>Removes rows that are no more told, unless they were written here since they were read: their owners are locked meanwhile, as whoever writes them locks them.</summary>
    /// <param name="table">ClickHouse's table.</param>
    /// <param name="key">Its key, the owner first: expressions of ClickHouse, whole numbers each.</param>
    /// <param name="owner">What is locked: a table of PostgreSQL and its key.</param>
    /// <param name="select">A query for the rows: the values of the key, and the version that was read.</param>
    /// <param name="flusher">Brings what was logged for the owners.</param>
    /// <param name="ct">Ends the removal between two steps.</param>
    /// <returns>How many were removed.</returns>
    public async Task<long> RemoveAsync(string table, string[] key, (string Table, string Key) owner, NpgsqlCommand select, PointFlusher flusher, CancellationToken ct)
    {
        var rows = await ReadRowsAsync(select, key.Length + 1, ct).ConfigureAwait(false);
        if (rows.Count == 0)
            return 0;
        var removed = 0L;
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using (var take = new NpgsqlCommand($"SELECT 1 FROM {owner.Table} WHERE {owner.Key} = ANY ($1) ORDER BY {owner.Key} FOR NO KEY UPDATE", connection)
        { CommandTimeout = 0, Parameters = { new() { Value = rows.Select(row => row[0]).Distinct().ToArray() } } })
            await take.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        await flusher.FlushPendingAsync(ct).ConfigureAwait(false);
        foreach (var chunk in rows.Chunk(IdsPerQuery))
        {
            var still = await FindAsync(table, key, chunk, ct).ConfigureAwait(false);
            removed += still.Count;
            if (still.Count > 0)
                await clickHouse.ExecuteAsync(Among($"DELETE FROM {table} WHERE ({string.Join(", ", key)}) IN", key.Length, still) with { Timeout = TimeSpan.FromMinutes(30) }, ct).ConfigureAwait(false);
        }

        await transaction.CommitAsync(ct).ConfigureAwait(false);
        return removed;
    }

    /// <summary>Those of the rows whose latest version is still the one that was read.</summary>
    private async Task<List<long[]>> FindAsync(string table, string[] key, IReadOnlyList<long[]> rows, CancellationToken ct)
    {
        var columns = string.Join(", ", key.Select((part, i) => $"{part} AS k{i}"));
        await using var result = await clickHouse.QueryAsync(
            Among($"SELECT {columns} FROM {table} FINAL WHERE ({string.Join(", ", key)}, toInt64(version)) IN", key.Length + 1, rows), ct).ConfigureAwait(false);
        var found = new List<long[]>();
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
            {
                for (var row = 0; row < block.RowCount; row++)
                    found.Add([.. key.Select((_, i) => block.Column<long>($"k{i}")[row])]);
            }
        }

        return found;
    }

    private static async Task<List<long[]>> ReadRowsAsync(NpgsqlCommand select, int columns, CancellationToken ct)
    {
        await using var reader = await select.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var rows = new List<long[]>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            rows.Add([.. Enumerable.Range(0, columns).Select(reader.GetInt64)]);
        return rows;
    }

    /// <summary>A statement that ends with a list of rows of numbers.</summary>
    private static ClickHouseQuery Among(string statement, int columns, IReadOnlyList<long[]> rows)
    {
        var places = Enumerable.Range(0, columns).ToArray();
        var query = new ClickHouseQuery(
            $"{statement} (SELECT {string.Join(", ", places.Select(i => $"g.{i + 1}"))} FROM (SELECT arrayJoin(arrayZip({string.Join(", ", places.Select(i => $"{{a{i}:Array(Int64)}}"))})) AS g))");
        foreach (var i in places)
            query = query.With($"a{i}", "Array(Int64)", rows.Select(row => row[i]).ToArray());
        return query.WithSetting("lightweight_deletes_sync", "2").WithSetting("mutations_sync", "2");
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
