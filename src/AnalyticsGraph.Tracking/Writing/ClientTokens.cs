using System.Security.Cryptography;
using System.Text.Json;
using AnalyticsGraph.Tracking.Rules;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Writing;

/// <summary>
/// Calls that are safe to repeat. A token is the caller's and the operation's; it is kept for 24 hours with a hash of the call's content and its answer. The record is
/// written first in the call's transaction, so a second call with the token waits for the first one and then finds its answer.
/// </summary>
internal static class ClientTokens
{
    /// <summary>How long a token is remembered.</summary>
    public static TimeSpan Retention { get; } = TimeSpan.FromHours(24);

    /// <summary>A hash of what the call asks for, its token left out.</summary>
    public static byte[] Hash<T>(T request) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json));

    public static ClientTokenConflictError Conflict(string token) => new(
        $"The client token '{InputRules.Shortened(token)}' was used within the last 24 hours for a call with other input. Use a new token for a new call.",
        InputRules.Path("input", "clientToken"));

    /// <summary>Claims a token for this transaction.</summary>
    /// <returns>Null if it is new; else the record of the first call.</returns>
    public static async Task<TokenRecord?> ClaimAsync(NpgsqlConnection connection, Caller caller, string operation, string token, byte[] hash, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Claim(caller, operation, token, hash), Find(caller, operation, token) } };
        await using var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        var record = Read(reader);
        await reader.CloseAsync().ConfigureAwait(false);
        return batch.BatchCommands[0].RecordsAffected == 1 ? null : record;
    }

    /// <summary>Claims a token for this transaction; affects no row if another call did within the last 24 hours. A call that is doing so is waited for.</summary>
    public static NpgsqlBatchCommand Claim(Caller caller, string operation, string token, byte[] hash) => new(
        """
        INSERT INTO idempotency (caller, operation, token, payload_hash, answer) VALUES ($1, $2, $3, $4, 'null')
        ON CONFLICT (caller, operation, token) DO UPDATE SET payload_hash = EXCLUDED.payload_hash, answer = EXCLUDED.answer, created_at = now()
            WHERE idempotency.created_at < now() - interval '24 hours'
        """)
    {
        Parameters = { new() { Value = caller.Name ?? "" }, new() { Value = operation }, new() { Value = token }, new() { Value = hash } },
    };

    /// <summary>Reads what is remembered of a token, for <see cref="Read"/>.</summary>
    public static NpgsqlBatchCommand Find(Caller caller, string operation, string token) =>
        new("SELECT payload_hash, answer::text FROM idempotency WHERE (caller, operation, token) = ($1, $2, $3)")
        {
            Parameters = { new() { Value = caller.Name ?? "" }, new() { Value = operation }, new() { Value = token } },
        };

    /// <summary>What is remembered of a token; null for nothing.</summary>
    public static async Task<TokenRecord?> FindAsync(NpgsqlDataSource postgres, Caller caller, string operation, string token, CancellationToken ct)
    {
        await using var command = postgres.CreateCommand(
            "SELECT payload_hash, answer::text FROM idempotency WHERE (caller, operation, token) = ($1, $2, $3) AND created_at >= now() - interval '24 hours'");
        command.Parameters.Add(new() { Value = caller.Name ?? "" });
        command.Parameters.Add(new() { Value = operation });
        command.Parameters.Add(new() { Value = token });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        return await reader.ReadAsync(ct).ConfigureAwait(false) ? Read(reader) : null;
    }

    public static TokenRecord Read(NpgsqlDataReader reader) => new(reader.GetFieldValue<byte[]>(0), reader.GetString(1));

    /// <summary>Adds the answer to a claimed token.</summary>
    public static NpgsqlBatchCommand Answer(Caller caller, string operation, string token, string answer) =>
        new("UPDATE idempotency SET answer = $4 WHERE (caller, operation, token) = ($1, $2, $3)")
        {
            Parameters =
            {
                new() { Value = caller.Name ?? "" }, new() { Value = operation }, new() { Value = token },
                new() { Value = answer, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };

    /// <summary>Forgets a claimed token.</summary>
    public static NpgsqlBatchCommand Release(Caller caller, string operation, string token) => new("DELETE FROM idempotency WHERE (caller, operation, token) = ($1, $2, $3)")
    {
        Parameters = { new() { Value = caller.Name ?? "" }, new() { Value = operation }, new() { Value = token } },
    };

    /// <summary>The answer to the first call; a conflict if that one had another content.</summary>
    public static Outcome<T> Recall<T>(TokenRecord first, string token, byte[] hash) =>
        first.Hash.AsSpan().SequenceEqual(hash) ? Outcome.Of(JsonSerializer.Deserialize<T>(first.Answer)!) : Outcome.Failed<T>(Conflict(token));

    public static async Task AnswerAsync(NpgsqlConnection connection, Caller caller, string operation, string token, string answer, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Answer(caller, operation, token, answer) } };
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Forgets tokens that are older than <see cref="Retention"/>.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> ForgetOldAsync(NpgsqlDataSource postgres, CancellationToken ct)
    {
        await using var command = postgres.CreateCommand("DELETE FROM idempotency WHERE created_at < now() - interval '24 hours'");
        return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    // NaN and the infinities are values like any other here.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
}

/// <summary>What is remembered of a call.</summary>
/// <param name="Hash">The hash of its content.</param>
/// <param name="Answer">Its answer as JSON.</param>
internal sealed record TokenRecord(byte[] Hash, string Answer);
