using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Data.Sqlite;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>A SQLite file, read in one transaction and never written to.</summary>
internal sealed class SqliteSource : TableSource
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly SqliteConnection _connection;

    public SqliteSource(string path) =>
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);

    /// <summary>Whether a file is one, by its first bytes.</summary>
    public static bool IsSqlite(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[16];
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("SQLite format 3\0"u8);
    }

    public override async IAsyncEnumerable<SourceTable> ReadTablesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        SQLitePCL.Batteries_V2.Init();
        await _connection.OpenAsync(ct).ConfigureAwait(false);
        await using var snapshot = _connection.BeginTransaction(deferred: true);
        var tables = new List<string>();
        await using (var find = Command("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"))
        await using (var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
            await using var read = Command($"SELECT * FROM {Quote(table)}");
            await using var rows = await read.ExecuteReaderAsync(ct).ConfigureAwait(false);
            yield return new SourceTable(table, [.. Enumerable.Range(0, rows.FieldCount).Select(rows.GetName)], async (target, progress, token) =>
            {
                progress(null);
                var text = new CopyText(target);
                var row = new string?[rows.FieldCount];
                while (await rows.ReadAsync(token).ConfigureAwait(false))
                {
                    for (var i = 0; i < row.Length; i++)
                        row[i] = Text(rows.GetValue(i), table, rows.GetName(i));
                    await text.AddAsync(row, token).ConfigureAwait(false);
                }

                await text.FlushAsync(token).ConfigureAwait(false);
            });
        }
    }

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string? Text(object value, string table, string column)
    {
        try
        {
            return value switch
            {
                DBNull => null,
                byte[] bytes => Utf8.GetString(bytes),
                double number => number.ToString("R", CultureInfo.InvariantCulture),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }
        catch (DecoderFallbackException fault)
        {
            throw new ImportException($"The column {column} of the table {table} holds bytes that are no UTF-8 text. Nothing was imported.", fault);
        }
    }

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
