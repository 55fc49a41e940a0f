using AnalyticsGraph.Tracking.Points;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Rollups;

/// <summary>What PostgreSQL knows of series and their rollups.</summary>
internal static class RollupRows
{
    // Ordinals of batches change with every late point before them, so batches have no rollups.
    private const string Known =
        """
        SELECT m.run_id, m.scope, m.key, m.label, m.rank, r.experiment_id, m.count, m.first_step, m.last_step, c.seq, c.removed, s.seq, s.least_width, s.greatest_width
        FROM run_metric m JOIN run r ON r.id = m.run_id JOIN run_counter c ON c.run_id = m.run_id
            LEFT JOIN run_metric_rollup s ON (s.run_id, s.scope, s.key, s.label, s.rank) = (m.run_id, m.scope, m.key, m.label, m.rank)
        WHERE m.scope <> 'BATCH'
        """;

    /// <summary>The series that have grown enough since their rollups were built, by run.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="runs">The runs to look at; null for all.</param>
    /// <param name="options">How much is enough.</param>
    /// <param name="ct">Ends the wait.</param>
    public static Task<List<RolledSeries>> ReadDueAsync(NpgsqlConnection connection, long[]? runs, RollupOptions options, CancellationToken ct) => ReadAsync(
        new NpgsqlCommand($"{Known} AND m.count >= $2 AND m.count - coalesce(s.points, 0) >= greatest($3, m.count / 20) AND ($1::bigint[] IS NULL OR m.run_id = ANY ($1)) ORDER BY 1, 2, 3, 4, 5", connection)
        {
            CommandTimeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds),
            Parameters =
            {
                new() { Value = (object?)runs ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint }, new() { Value = options.LeastPoints }, new() { Value = options.LeastNewPoints },
            },
        }, ct);

    /// <summary>All series that have rollups.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="ct">Ends the wait.</param>
    public static Task<List<RolledSeries>> ReadBuiltAsync(NpgsqlConnection connection, CancellationToken ct) =>
        ReadAsync(new NpgsqlCommand($"{Known} AND s.run_id IS NOT NULL ORDER BY 1, 2, 3, 4, 5", connection) { CommandTimeout = 0 }, ct);

    /// <summary>Tells how far rollups are.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, RolledSeries series, RollupState state, CancellationToken ct)
    {
        // Rollups of a run that was removed meanwhile, or of which points were, are not told of. Who takes points away holds the counter until that is committed.
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO run_metric_rollup (run_id, scope, key, label, rank, seq, points, least_width, greatest_width)
            SELECT run_id, $2, $3, $4, $5, $6, $7, $8, $9 FROM run_counter WHERE run_id = $1 AND removed = $10 FOR NO KEY UPDATE
            ON CONFLICT (run_id, scope, key, label, rank) DO UPDATE
                SET seq = EXCLUDED.seq, points = EXCLUDED.points, least_width = EXCLUDED.least_width, greatest_width = EXCLUDED.greatest_width
            """, connection)
        {
            Parameters =
            {
                new() { Value = series.Key.RunId }, new() { Value = series.Key.Scope.Name() }, new() { Value = series.Key.Key }, new() { Value = series.Key.Label }, new() { Value = series.Key.Rank },
                new() { Value = state.Seq }, new() { Value = series.Points }, new() { Value = state.LeastWidth }, new() { Value = state.GreatestWidth },
                new() { Value = series.RunRemoved },
            },
        };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Tells that a series has none.</summary>
    public static async Task ForgetAsync(NpgsqlConnection connection, RolledSeries series, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("DELETE FROM run_metric_rollup WHERE (run_id, scope, key, label, rank) = ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = series.Key.RunId }, new() { Value = series.Key.Scope.Name() }, new() { Value = series.Key.Key }, new() { Value = series.Key.Label }, new() { Value = series.Key.Rank },
            },
        };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static async Task<List<RolledSeries>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var disposed = command;
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var found = new List<RolledSeries>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            found.Add(new RolledSeries(
                new SeriesKey(reader.GetInt64(0), MetricScopes.Parse(reader.GetString(1)), reader.GetString(2), reader.GetString(3), reader.GetInt32(4)),
                reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10),
                await reader.IsDBNullAsync(11, ct).ConfigureAwait(false) ? null : new RollupState(reader.GetInt64(11), reader.GetInt64(12), reader.GetInt64(13))));
        }

        return found;
    }
}
