using System.Globalization;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// An original's tables as temporary tables of one connection, every column as text, whatever order, case and size they come in. Columns that have no place here are numbered, for
/// their names are data: of any length, or those of PostgreSQL's own columns. Rows that the graph has no place for are marked: those without a key, or with that of a row before, and
/// those whose owner is not there.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="known">The tables that have a place in the graph, owners first.</param>
internal sealed class OriginalStaging(NpgsqlConnection connection, IReadOnlyList<OriginalTable> known)
{
    private readonly Dictionary<string, List<string>> _unknown = new(StringComparer.Ordinal);

    /// <summary>How many rows each table of the source has.</summary>
    public SortedDictionary<string, long> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>The source's tables that have no place here; neither has any of their columns.</summary>
    public List<OriginalTable> Others { get; } = [];

    /// <summary>The columns of a table that came and have no place here.</summary>
    public IReadOnlyList<string> Unknown(OriginalTable table) => _unknown.GetValueOrDefault(table.Name) ?? [];

    /// <summary>What a column that came is called in the temporary table, quoted.</summary>
    public string Column(OriginalTable table, string name) =>
        Sql.Quote(table.Columns.Any(known => known.Name == name) ? name : string.Create(CultureInfo.InvariantCulture, $"c{_unknown[table.Name].IndexOf(name)}"));

    /// <summary>The further columns of an open table, which are data.</summary>
    public IReadOnlyList<string> Features(OriginalTable table) => table.IsOpen ? Unknown(table) : [];

    /// <summary>Whether the source has the table, be it empty.</summary>
    public bool Has(OriginalTable table) => Rows.ContainsKey(table.Name);

    /// <summary>Loads all tables of the source.</summary>
    /// <exception cref="ImportException">The source holds none of the known tables, or its rows do not fit their columns.</exception>
    public async Task LoadAsync(TableSource source, IProgress<ImportProgress> progress, CancellationToken ct)
    {
        foreach (var table in known)
            await CreateAsync(table.Staged, table.Columns.Select(column => column.Name), ct).ConfigureAwait(false);
        await foreach (var table in source.ReadTablesAsync(ct).ConfigureAwait(false))
            await LoadTableAsync(table, progress, ct).ConfigureAwait(false);
        if (!known.Any(Has))
            throw new ImportException($"The source has none of the tables {string.Join(", ", known.Select(table => table.Name))}. Nothing was imported.");
        foreach (var table in known)
        {
            await NormalizeAsync(table, ct).ConfigureAwait(false);
            await ExecuteAsync($"CREATE INDEX ON {table.Staged} ({string.Join(", ", table.Key.Select(Sql.Quote))}); ANALYZE {table.Staged}", ct).ConfigureAwait(false);
        }

        foreach (var table in known)
            await MarkAsync(table, ct).ConfigureAwait(false);
    }

    private async Task LoadTableAsync(SourceTable source, IProgress<ImportProgress> progress, CancellationToken ct)
    {
        var table = known.FirstOrDefault(candidate => candidate.Name.Equals(source.Name, StringComparison.OrdinalIgnoreCase)) ?? Others.Find(other => other.Name == source.Name);
        if (table is null)
        {
            Others.Add(table = new OriginalTable(source.Name, []));
            await CreateAsync(table.Staged, [], ct).ConfigureAwait(false);
        }

        // A table may come in several parts, each with columns of its own.
        var columns = source.Columns.Select(column => table.Columns.FirstOrDefault(candidate => candidate.Name.Equals(column, StringComparison.OrdinalIgnoreCase))?.Name ?? column).ToArray();
        var unknown = _unknown.TryGetValue(table.Name, out var present) ? present : _unknown[table.Name] = [];
        string[] added = [.. columns.Except(table.Columns.Select(column => column.Name)).Except(unknown)];
        unknown.AddRange(added);
        if (added.Length > 0)
            await ExecuteAsync($"ALTER TABLE {table.Staged} {string.Join(", ", added.Select(column => $"ADD COLUMN {Column(table, column)} text"))}", ct).ConfigureAwait(false);
        try
        {
            await using (var rows = (StreamWriter)await connection.BeginTextImportAsync(
                $"COPY {table.Staged} ({string.Join(", ", columns.Select(column => Column(table, column)))}) FROM STDIN{(source.IsCsv ? " (FORMAT csv, HEADER)" : "")}", ct).ConfigureAwait(false))
            {
                await source.CopyToAsync(rows.BaseStream, fraction => progress.Report(new ImportProgress(ImportStage.Reading, table.Name, 0, fraction)), ct).ConfigureAwait(false);
            }
        }
        catch (PostgresException fault) when (!fault.IsTransient)
        {
            throw new ImportException($"The rows of the source's table {table.Name} cannot be read: {fault.MessageText} ({fault.Where}). Nothing was imported.", fault);
        }

        Rows[table.Name] = await CountAsync($"SELECT count(*) FROM {table.Staged}", ct).ConfigureAwait(false);
    }

    /// <summary>Writes numbers in one way, so that they compare as texts.</summary>
    private async Task NormalizeAsync(OriginalTable table, CancellationToken ct)
    {
        foreach (var column in table.Columns.Where(column => column.Kind == ColumnKind.Id).Select(column => Sql.Quote(column.Name)))
            await ExecuteAsync($"UPDATE {table.Staged} SET {column} = pg_temp.whole_number({column})::text WHERE pg_temp.whole_number({column})::text <> {column}", ct).ConfigureAwait(false);
    }

    private async Task MarkAsync(OriginalTable table, CancellationToken ct)
    {
        var key = string.Join(", ", table.Key.Select(Sql.Quote));
        var hasNoKey = string.Join(" OR ", table.Key.Select(name => table.Columns.First(column => column.Name == name).Kind == ColumnKind.Id
            ? $"pg_temp.whole_number(k.{Sql.Quote(name)}) IS NULL"
            : $"k.{Sql.Quote(name)} IS NULL"));
        await ExecuteAsync(
            $"""
            UPDATE {table.Staged} t SET {Sql.Aside} = true
            FROM (SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {Sql.Ordinal}) AS occurrence FROM {table.Staged}) k
            WHERE k.{Sql.Ordinal} = t.{Sql.Ordinal} AND (k.occurrence > 1 OR {hasNoKey})
            """, ct).ConfigureAwait(false);
        foreach (var (column, parent, parentColumn) in table.Parents)
        {
            await ExecuteAsync(
                $"""
                UPDATE {table.Staged} t SET {Sql.Aside} = true WHERE NOT {Sql.Aside} AND NOT EXISTS (
                    SELECT FROM {known.First(candidate => candidate.Name == parent).Staged} p WHERE NOT p.{Sql.Aside} AND p.{Sql.Quote(parentColumn)} = t.{Sql.Quote(column)})
                """, ct).ConfigureAwait(false);
        }
    }

    private Task CreateAsync(string staged, IEnumerable<string> columns, CancellationToken ct) => ExecuteAsync(
        $"""
        CREATE TEMP TABLE {staged["pg_temp.".Length..]} ({string.Concat(columns.Select(column => Sql.Quote(column) + " text, "))}
            {Sql.Ordinal} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {Sql.Aside} boolean NOT NULL DEFAULT false)
        """, ct);

    private async Task<long> CountAsync(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
