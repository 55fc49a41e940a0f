using System.Data;
using System.Globalization;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Rules;
using Npgsql;

namespace AnalyticsGraph.Tracking.Writing;

/// <summary>Creates and changes experiments and runs. Each call is one transaction: all of it or nothing, and what a caller can mend comes back all at once.</summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="topics">Told of what was committed.</param>
public sealed partial class TrackingStore(NpgsqlDataSource postgres, ITopicEvents topics)
{
    /// <summary>The source of what is created here.</summary>
    public const string LocalSource = "local";

    /// <summary>Runs a change in a transaction, under the caller's name and, if it has one, its client token. Answers are ids.</summary>
    private async Task<Outcome<long>> ChangeAsync<TRequest>(
        Caller caller,
        string operation,
        string? token,
        TRequest request,
        Func<NpgsqlConnection, Task<Outcome<long>>> change,
        CancellationToken ct,
        Action<long>? committed = null)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct).ConfigureAwait(false);
        await SetActorAsync(connection, caller, ct).ConfigureAwait(false);
        if (token is not null)
        {
            var hash = ClientTokens.Hash(request);
            if (await ClientTokens.ClaimAsync(connection, caller, operation, token, hash, ct).ConfigureAwait(false) is { } first)
            {
                return first.Hash.AsSpan().SequenceEqual(hash)
                    ? Outcome.Of(long.Parse(first.Answer, CultureInfo.InvariantCulture))
                    : Outcome.Failed<long>(ClientTokens.Conflict(token));
            }
        }

        var outcome = await change(connection).ConfigureAwait(false);
        if (!outcome.Succeeded)
            return outcome;
        if (token is not null)
            await ClientTokens.AnswerAsync(connection, caller, operation, token, outcome.Value.ToString(CultureInfo.InvariantCulture), ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
        committed?.Invoke(outcome.Value);
        return outcome;
    }

    internal static async Task SetActorAsync(NpgsqlConnection connection, Caller caller, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT set_config('analyticsgraph.actor', $1, true)", connection) { Parameters = { new() { Value = caller.Name ?? "" } } };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static string[] Keys(IReadOnlyList<KeyText> pairs) => [.. pairs.Select(pair => pair.Key)];

    private static string[] Values(IReadOnlyList<KeyText> pairs) => [.. pairs.Select(pair => pair.Value)];
}
