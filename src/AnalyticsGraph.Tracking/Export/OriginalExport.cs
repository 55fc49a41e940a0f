using System.Data;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Export;

/// <summary>
/// Writes the records of a source in the tables of its original system: as a dump in the SQL of its database, and as CSV. Texts that the graph has no field for come from
/// where the import kept them, unless the field was changed here since. The same records give the same bytes. Deleted records are left out.
/// </summary>
public abstract partial class OriginalExport
{
    private readonly NpgsqlDataSource _postgres;
    private readonly ClickHouseClient _clickHouse;
    private readonly PointFlusher _flusher;

    private protected OriginalExport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) => (_postgres, _clickHouse, _flusher) = (postgres, clickHouse, flusher);

    /// <summary>The system's name on the command line, and the dump's.</summary>
    private protected abstract string Name { get; }

    /// <summary>The name of <c>source.system</c>.</summary>
    private protected abstract string System { get; }

    private protected abstract IReadOnlyList<OriginalTable> Tables { get; }

    /// <summary>The type of columns that the original's documents do not have.</summary>
    private protected virtual string OtherType => "LONGTEXT";

    /// <summary>Writes a source's records.</summary>
    /// <param name="source">The instance's name.</param>
    /// <param name="folder">A folder that is empty or not there yet.</param>
    /// <param name="progress">Told the table at hand.</param>
    /// <param name="ct">Ends the export; what is written is no whole then.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ExportException">There is no such source of this system, or the folder holds something.</exception>
    public async Task<ExportReport> RunAsync(string source, string folder, IProgress<string>? progress = null, CancellationToken ct = default)
    {
        var watch = Stopwatch.StartNew();
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new ExportException($"The folder '{folder}' is not empty. Give one that is, or that is not there yet.");
        await _flusher.FlushAsync(ct).ConfigureAwait(false);
        await using var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        try
        {
            await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
            await ImportSession.ExecuteAsync(connection, Sql.Functions, ct).ConfigureAwait(false);
            var run = new ExportRun(connection, source, await ZoneAsync(connection, source, ct).ConfigureAwait(false), new SeriesTransfer(_clickHouse, connection, source));
            await FillAsync(run, ct).ConfigureAwait(false);
            Directory.CreateDirectory(Path.Combine(folder, "csv"));
            var written = new List<(string, long)>();
            await using (var file = File.Create(Path.Combine(folder, Name + ".sql")))
            await using (var buffer = new BufferedStream(file, 256 * 1024))
            {
                var dump = Writer(buffer);
                await dump.BeginAsync(run.Zone, ct).ConfigureAwait(false);
                foreach (var table in await ListAsync(run, ct).ConfigureAwait(false))
                {
                    progress?.Report(table.Name);
                    using (var rows = (StreamReader)await connection.BeginTextExportAsync($"COPY ({table.Select}) TO STDOUT", ct).ConfigureAwait(false))
                        written.Add((table.Name, await dump.WriteTableAsync(table, rows, ct).ConfigureAwait(false)));
                    await WriteCsvAsync(connection, table, Path.Combine(folder, "csv"), ct).ConfigureAwait(false);
                }
            }

            await snapshot.RollbackAsync(ct).ConfigureAwait(false);
            return new ExportReport(source, folder, written, watch.Elapsed);
        }
        finally
        {
            NpgsqlConnection.ClearPool(connection);
        }
    }

    /// <summary>Fills the tables.</summary>
    private protected abstract Task FillAsync(ExportRun run, CancellationToken ct);

    private protected virtual DumpWriter Writer(Stream target) => new MySqlDumpWriter(target);

    /// <summary>Columns between the last one of a table and those without a field: a dataset's features.</summary>
    private protected virtual Task<IReadOnlyList<(string Name, string Type)>> MoreColumnsAsync(ExportRun run, OriginalTable table, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<(string, string)>>([]);

    private async Task<List<ExportedTable>> ListAsync(ExportRun run, CancellationToken ct)
    {
        var tables = new List<ExportedTable>();
        foreach (var table in Tables)
        {
            await run.AddAsideAsync(table, ct).ConfigureAwait(false);
            var more = (await MoreColumnsAsync(run, table, ct).ConfigureAwait(false)).ToList();
            more.AddRange((await run.TextsAsync($"SELECT DISTINCT jsonb_object_keys(other) COLLATE \"C\" FROM {table.Exported} ORDER BY 1", ct).ConfigureAwait(false))
                .Except(more.Select(column => column.Name)).Select(name => (name, OtherType)));
            var columns = table.Columns.Select(column => Sql.Quote(column.Name)).Concat(more.Select(column => $"other ->> {Sql.Text(column.Name)}"));
            var order = table.Key.Select(key => table.Columns.First(column => column.Name == key).Kind == ColumnKind.Id
                ? $"pg_temp.whole_number({Sql.Quote(key)}) NULLS LAST, {Sql.Quote(key)} COLLATE \"C\""
                : $"{Sql.Quote(key)} COLLATE \"C\" NULLS LAST");
            var (types, key) = await ShapeAsync(run, table, ct).ConfigureAwait(false);
            tables.Add(new ExportedTable(
                table.Name,
                [.. types, .. more],
                key,
                $"SELECT {string.Join(", ", columns)} FROM {table.Exported} ORDER BY {string.Join(", ", order)}, ordinal NULLS FIRST"));
        }

        foreach (var name in await run.TextsAsync(
            $"SELECT DISTINCT table_name COLLATE \"C\" FROM other_row WHERE source = $1 AND table_name NOT IN ({string.Join(", ", Tables.Select(table => Sql.Text(table.Name)))}) ORDER BY 1", ct).ConfigureAwait(false))
        {
            var columns = await run.TextsAsync($"SELECT json_object_keys(data) FROM (SELECT data FROM other_row WHERE source = $1 AND table_name = {Sql.Text(name)} ORDER BY ordinal LIMIT 1) f", ct).ConfigureAwait(false);
            tables.Add(new ExportedTable(
                name,
                [.. columns.Select(column => (column, OtherType))],
                [],
                $"SELECT {string.Join(", ", columns.Select(column => $"data ->> {Sql.Text(column)}"))} FROM other_row WHERE source = {Sql.Text(run.Source)} AND table_name = {Sql.Text(name)} ORDER BY ordinal"));
        }

        return tables;
    }

    /// <summary>The original's types, or others of their kind where they would round, cut or refuse a value; and its key, or none where a part of it is null. All columns are looked at together.</summary>
    private async Task<(List<(string Name, string Type)> Columns, string[] Key)> ShapeAsync(ExportRun run, OriginalTable table, CancellationToken ct)
    {
        var checks = table.Columns.SelectMany(column => ChecksOf(table, column).Select(check => (column.Name, check.From, check.To, check.IsNeeded))).ToArray();
        var needed = checks.Length == 0 ? [] : await run.IdsAsync(
            $"""
            SELECT i FROM (SELECT ARRAY[{string.Join(", ", checks.Select(check => $"bool_or({check.IsNeeded})"))}] AS needed FROM {table.Exported}) n, generate_subscripts(needed, 1) AS i WHERE needed[i]
            """, ct).ConfigureAwait(false);
        var changes = needed.Select(i => checks[i - 1]).ToArray();
        return (
            [.. table.Columns.Select(column => (column.Name, changes.Where(change => change.Name == column.Name)
                .Aggregate(column.Type, (type, change) => change.From.Length == 0 ? type : type.Replace(change.From, change.To, StringComparison.Ordinal))))],
            changes.Any(change => change.To.Length == 0 && table.Key.Contains(change.Name)) ? [] : table.Key);
    }

    /// <summary>
    /// What a column's type may be too small for: FLOAT has 24 bits, of which MySQL writes 6 digits, DATETIME whole seconds, INT 32 bits, TEXT 64 KiB; and nulls. (MySQL has no key of
    /// a text of any length.)
    /// </summary>
    private IEnumerable<(string From, string To, string IsNeeded)> ChecksOf(OriginalTable table, OriginalColumn column)
    {
        var (name, number) = (Sql.Quote(column.Name), $"pg_temp.double_number({Sql.Quote(column.Name)})");
        var isKey = table.Key.Contains(column.Name);
        if (column.Type == "DATETIME")
            yield return ("DATETIME", "DATETIME(6)", $"{name} ~ ':\\d\\d[.]\\d'");
        else if (column.Type == "timestamp NULL")
            yield return ("timestamp NULL", "timestamp(6) NULL", $"{name} ~ ':\\d\\d[.]\\d'");
        else if (column.Type == "FLOAT")
            yield return ("FLOAT", "DOUBLE", $"{number} NOT IN (0, 'NaN', 'Infinity', '-Infinity') AND (abs({number}) NOT BETWEEN 1.2e-38 AND 3.4e38 OR to_char({number}, '9.99999EEEE')::float8 <> {number})");
        else if (column.Type == "TEXT")
            yield return ("TEXT", OtherType, $"octet_length({name}) > 65535");
        else if (WholeNumber().Match(column.Type) is { Success: true, Value: var whole })
            yield return (whole, (whole == "INT" ? "BIG" : "big") + whole, $"length({name}) > 9 AND pg_temp.whole_number({name}) NOT BETWEEN -2147483648 AND 2147483647");
        else if (ShortText().Match(column.Type) is { Success: true } text && !(isKey && OtherType == "LONGTEXT"))
            yield return (text.Value, OtherType, $"length({name}) > {text.Groups[1].Value}");
        if (column.Type.Contains(" NOT NULL", StringComparison.Ordinal))
            yield return (" NOT NULL", "", $"{name} IS NULL");
        else if (isKey)
            yield return ("", "", $"{name} IS NULL");
    }

    [GeneratedRegex("^(INT|int)(?= |$)", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^varchar\((\d+)\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ShortText();

    private async Task<string> ZoneAsync(NpgsqlConnection connection, string source, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand("SELECT name, system, coalesce(time_zone, 'UTC') FROM source ORDER BY name", connection);
        await using var reader = await ask.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var fitting = new List<string>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var (name, system) = (reader.GetString(0), reader.GetString(1));
            var isFitting = system == System || system == "ANALYTICSGRAPH";
            if (name == source)
            {
                return isFitting
                    ? reader.GetString(2)
                    : throw new ExportException($"The source '{source}' is another system's ({system}), whose records have no place in these tables.");
            }

            if (isFitting)
                fitting.Add(name);
        }

        throw new ExportException($"There is no source '{source}'. Give the name that records were imported under, --source NAME, of these: {string.Join(", ", fitting)}");
    }

    private static async Task WriteCsvAsync(NpgsqlConnection connection, ExportedTable table, string folder, CancellationToken ct)
    {
        if (table.Name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
            throw new ExportException($"The table '{table.Name}' cannot be a file's name.");
        await using var file = File.Create(Path.Combine(folder, table.Name + ".csv"));

        // PostgreSQL would cut a name in its header after 63 bytes.
        await file.WriteAsync(Encoding.UTF8.GetBytes(string.Join(',', table.Columns.Select(column => CsvText(column.Name))) + "\n"), ct).ConfigureAwait(false);
        using var rows = (StreamReader)await connection.BeginTextExportAsync($"COPY ({table.Select}) TO STDOUT (FORMAT csv)", ct).ConfigureAwait(false);
        await rows.BaseStream.CopyToAsync(file, ct).ConfigureAwait(false);
    }

    private static string CsvText(string text) =>
        text.Length == 0 || text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
