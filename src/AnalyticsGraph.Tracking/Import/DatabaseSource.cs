using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>A live PostgreSQL database, read in one snapshot and never written to: the tables of the schema that comes first on the connection's search path.</summary>
internal sealed class DatabaseSource(string connectionString) : TableSource
{
    private readonly NpgsqlConnection _connection = new(connectionString);

    public override async IAsyncEnumerable<SourceTable> ReadTablesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            await _connection.OpenAsync(ct).ConfigureAwait(false);
        }
        catch (NpgsqlException fault)
        {
            var server = new NpgsqlConnectionStringBuilder(connectionString);
            throw new ImportException($"The database at {server.Host}:{server.Port} does not answer: {fault.Message}", fault);
        }

        await using var snapshot = await _connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
        await using (var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", _connection))
            await readOnly.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        foreach (var (name, columns) in await FindTablesAsync(ct).ConfigureAwait(false))
        {
            yield return new SourceTable(name, columns, async (target, progress, token) =>
            {
                progress(null);
                using var rows = (StreamReader)await _connection.BeginTextExportAsync($"COPY {Quote(name)} ({string.Join(", ", columns.Select(Quote))}) TO STDOUT", token).ConfigureAwait(false);
                await rows.BaseStream.CopyToAsync(target, token).ConfigureAwait(false);
            });
        }
    }

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<List<(string Name, string[] Columns)>> FindTablesAsync(CancellationToken ct)
    {
        // Generated columns are computed again where they are wanted, as pg_dump has it.
        await using var command = new NpgsqlCommand(
            """
            SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            GROUP BY c.relname ORDER BY c.relname
            """, _connection);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var tables = new List<(string, string[])>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            tables.Add((reader.GetString(0), reader.GetFieldValue<string[]>(1)));
        return tables;
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
