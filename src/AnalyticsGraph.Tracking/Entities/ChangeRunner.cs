using System.Data;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>Runs changes: two round trips each, one to ask and lock, one to write and commit.</summary>
/// <param name="postgres">The source of truth.</param>
internal sealed class ChangeRunner(NpgsqlDataSource postgres)
{
    private const int MostAttempts = 5;

    /// <summary>Runs a change.</summary>
    /// <typeparam name="TChange">The kind of change.</typeparam>
    /// <param name="make">Makes it; called again where another transaction came between.</param>
    /// <param name="ct">Ends the wait; the change may still have been made.</param>
    /// <returns>The change with its answer; or all that is wrong.</returns>
    public async Task<Outcome<TChange>> RunAsync<TChange>(Func<TChange> make, CancellationToken ct)
        where TChange : Change
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(make(), ct).ConfigureAwait(false);
            }
            catch (PostgresException fault) when (attempt < MostAttempts && fault.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation
                or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Nothing was stored: another transaction was first. Its outcome is part of what is decided by now.
            }
        }
    }

    private async Task<Outcome<TChange>> TryAsync<TChange>(TChange change, CancellationToken ct)
        where TChange : Change
    {
        change.Prepare();
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        // BEGIN goes with the first batch and COMMIT with the second, so neither costs a round trip; what is not committed is rolled back by disposing of it.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct).ConfigureAwait(false);
        var token = change.Token;
        var hash = token is null ? [] : change.Hash();
        // Whoever repeats a call hears what came of it, whatever has become of the record since: what is wrong by now is asked, but not told.
        if (await AskAsync(connection, change, hash, ct).ConfigureAwait(false) is { } first)
        {
            if (!first.Hash.AsSpan().SequenceEqual(hash))
                return Outcome.Failed<TChange>(ClientTokens.Conflict(token!));
            change.Recall(first.Answer);
            return Outcome.Of(change);
        }

        change.Decide();
        if (change.Rules.Errors.Count > 0)
            return Outcome.Failed<TChange>(change.Rules.Errors);
        await WriteAsync(connection, change, ct).ConfigureAwait(false);
        change.Tell();
        return Outcome.Of(change);
    }

    /// <summary>Asks all questions, and claims the token.</summary>
    /// <returns>What is remembered of the first call with the token, if it is not this one.</returns>
    private static async Task<TokenRecord?> AskAsync(NpgsqlConnection connection, Change change, byte[] hash, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("SELECT set_config('analyticsgraph.actor', $1, true)") { Parameters = { new() { Value = change.Caller.Name ?? "" } } });
        var claim = change.Token is { } token ? ClientTokens.Claim(change.Caller, change.Operation, token, hash) : null;
        if (claim is not null)
        {
            batch.BatchCommands.Add(claim);
            batch.BatchCommands.Add(ClientTokens.Find(change.Caller, change.Operation, change.Token!));
        }

        foreach (var (question, _) in change.Questions)
            batch.BatchCommands.Add(question.ToCommand());
        TokenRecord? remembered = null;
        await using (var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            // A command that returns no rows has no result of its own: the reader stands at the next one.
            await reader.NextResultAsync(ct).ConfigureAwait(false);
            if (claim is not null)
            {
                await reader.ReadAsync(ct).ConfigureAwait(false);
                remembered = ClientTokens.Read(reader);
                await reader.NextResultAsync(ct).ConfigureAwait(false);
            }

            foreach (var (_, row) in change.Questions)
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    row(reader);
                await reader.NextResultAsync(ct).ConfigureAwait(false);
            }
        }

        return claim is { RecordsAffected: 0 } ? remembered : null;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Change change, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in change.Statements)
            batch.BatchCommands.Add(statement.ToCommand());
        if (change.Token is { } token)
            batch.BatchCommands.Add(ClientTokens.Answer(change.Caller, change.Operation, token, change.Remember()));
        batch.BatchCommands.Add(new("COMMIT"));
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
