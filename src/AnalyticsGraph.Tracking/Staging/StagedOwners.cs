using AnalyticsGraph.Tracking.Maintenance;
using AnalyticsGraph.Tracking.Rules;
using Npgsql;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>The records that a load's rows belong to.</summary>
internal static class StagedOwners
{
    private const int MostTold = 20;

    /// <summary>Locks them, so that versions grow with the order of commits, and that none is removed meanwhile. Of a kind in the order of their ids, as all do that lock several.</summary>
    /// <returns>An error for each that is not there, for the first ones of each kind.</returns>
    public static async Task<IReadOnlyList<UserError>> LockAsync(NpgsqlConnection connection, long load, CancellationToken ct)
    {
        var errors = new List<UserError>();
        foreach (var (kind, tables) in SeriesOwner.All.Where(owner => (owner.Table, owner.Kind) != ("prediction", "dataset")).GroupBy(owner => owner.Kind, owner => owner.Table).Select(g => (g.Key, g.ToArray())))
        {
            var id = kind == "run" ? "run_id" : "id";
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new($"""
                        SELECT {id} FROM {(kind == "run" ? "run_counter" : kind)} o
                        WHERE {id} IN (SELECT unnest(owner_ids) FROM staged_block WHERE load_id = $1 AND series = ANY ($2)) ORDER BY 1 FOR NO KEY UPDATE OF o
                        """) { Parameters = { new() { Value = load }, new() { Value = tables } } },
                    new($"""
                        SELECT DISTINCT s.id FROM staged_block b, unnest(b.owner_ids) AS s (id)
                        WHERE b.load_id = $1 AND b.series = ANY ($2) AND NOT EXISTS (SELECT FROM {kind} t WHERE t.id = s.id AND t.lifecycle_stage = 'ACTIVE') ORDER BY 1 LIMIT {MostTold}
                        """) { Parameters = { new() { Value = load }, new() { Value = tables } } },
                },
            };
            await using var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await reader.NextResultAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                errors.Add(new NotFoundError($"There is no {kind.Replace('_', ' ')} in use with the id {reader.GetInt64(0)}.", InputRules.Path("input")));
        }

        return errors;
    }
}
