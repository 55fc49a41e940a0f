using System.Data;
using Npgsql;

namespace AnalyticsGraph.Tracking;

/// <summary>
/// An advisory lock that a connection's session holds until this is disposed, or until the connection breaks. Pooled connections keep their session, so it is given up in any
/// case: also where taking it was cancelled, which PostgreSQL may have learnt too late.
/// </summary>
internal sealed class SessionLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private SessionLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Waits for the lock, as long as its holder has it.</summary>
    /// <param name="connection">Open, and with no other lock of this kind.</param>
    /// <param name="key">Which.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<SessionLock> TakeAsync(NpgsqlConnection connection, long key, CancellationToken ct) =>
        (await TakeAsync(connection, "SELECT pg_advisory_lock($1) IS NOT NULL", key, ct).ConfigureAwait(false))!;

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <param name="connection">Open, and with no other lock of this kind.</param>
    /// <param name="key">Which.</param>
    /// <param name="ct">Ends the wait for PostgreSQL.</param>
    /// <returns>Null if somebody has it.</returns>
    public static Task<SessionLock?> TryTakeAsync(NpgsqlConnection connection, long key, CancellationToken ct) => TakeAsync(connection, "SELECT pg_try_advisory_lock($1)", key, ct);

    private static async Task<SessionLock?> TakeAsync(NpgsqlConnection connection, string sql, long key, CancellationToken ct)
    {
        var taken = new SessionLock(connection);
        try
        {
            await using var take = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = key } } };
            return (bool)(await take.ExecuteScalarAsync(ct).ConfigureAwait(false))! ? taken : null;
        }
        catch
        {
            await taken.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A connection that is broken has given the lock up already.
        if (_connection.State != ConnectionState.Open)
            return;
        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", _connection);
        await release.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
