using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>The PostgreSQL session of an import: one at a time for a source, with temporary tables that end with it.</summary>
internal static class ImportSession
{
    /// <summary>One import of a source at a time. A process that was killed may leave a statement running for a while, so this waits.</summary>
    public static async Task LockAsync(NpgsqlConnection connection, string source, CancellationToken ct)
    {
        try
        {
            await ExecuteAsync(connection, "SET lock_timeout = '30s'", ct).ConfigureAwait(false);
            await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(hashtextextended('import:' || $1, 0))", connection) { CommandTimeout = 0, Parameters = { new() { Value = source } } })
                await take.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            await ExecuteAsync(connection, "RESET lock_timeout", ct).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new ImportException($"An import of '{source}' is under way already; wait for its end.", fault);
        }
    }

    // Temporary tables belong to the session, which the pool would hand to the next one. The lock is given up first: a session ends only some time after its connection.
    public static async Task DiscardAsync(NpgsqlConnection connection)
    {
        try
        {
            if (connection.State == System.Data.ConnectionState.Open)
                await ExecuteAsync(connection, "SELECT pg_advisory_unlock_all()", CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            NpgsqlConnection.ClearPool(connection);
        }
    }

    /// <summary>Begins a transaction whose changes are the import's: history says so, and a later import knows them again.</summary>
    public static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await ExecuteAsync(connection, "SELECT set_config('analyticsgraph.actor', 'import', true)", ct).ConfigureAwait(false);
        return transaction;
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
