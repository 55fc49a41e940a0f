using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rollups;
using Npgsql;

namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>
/// Builds anew what is derived, where it is not what its source says: summaries and counters from the points, order rows from the summaries, rollups from the points, ClickHouse's copies of entities and
/// summaries from those. Each step is a transaction, so that a repair that is killed is begun again. May run beside servers.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">The store of series.</param>
/// <param name="flusher">Brings what waits.</param>
/// <param name="copier">Copies entities.</param>
public sealed class StoreRepair(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher, DimensionCopier copier)
{
    // Their writers wait meanwhile.
    private const int RunsPerTransaction = 2000;

    private readonly SummaryCheck _summaries = new(postgres, clickHouse, flusher);
    private readonly CopyCheck _copies = new(postgres, clickHouse, copier);
    private readonly SummaryCopyCheck _summaryCopies = new(clickHouse, copier);

    /// <summary>Repairs.</summary>
    /// <param name="ct">Ends the repair between two transactions.</param>
    /// <returns>How many summaries, counters, order rows and copies were built anew.</returns>
    public async Task<RepairReport> RunAsync(CancellationToken ct = default)
    {
        await flusher.FlushAsync(ct).ConfigureAwait(false);
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await RaiseVersionsAsync(connection, ct).ConfigureAwait(false);
        await copier.CopyAsync(ct).ConfigureAwait(false);
        var (summaries, copies) = (0, 0);
        var pages = await _summaries.ReadPagesAsync(ct).ConfigureAwait(false);
        foreach (var (experiments, runs) in pages)
        {
            var suspects = await _summaries.CompareAsync(connection, experiments, runs, ct).ConfigureAwait(false);
            if (suspects.Count > 0)
                summaries += await RepairSeriesAsync(connection, experiments, [.. suspects.Select(fault => fault.Series.RunId).Distinct().Order()], ct).ConfigureAwait(false);
        }

        await copier.CopySummariesAsync(ct).ConfigureAwait(false);
        foreach (var (_, runs) in pages)
            copies += await RepairSummaryCopiesAsync(connection, runs, ct).ConfigureAwait(false);
        await copier.CopySummariesAsync(ct).ConfigureAwait(false);
        return new RepairReport(
            summaries,
            await RepairCountersAsync(connection, ct).ConfigureAwait(false),
            await RepairOrderAsync(connection, ct).ConfigureAwait(false),
            await new RollupCheck(postgres, clickHouse).RemoveAsync(ct).ConfigureAwait(false),
            copies + await RepairCopiesAsync(connection, ct).ConfigureAwait(false));
    }

    private const string CountersThatDiffer =
        """
        SELECT run_id FROM run_counter
        WHERE run_id IN (SELECT c.run_id FROM run_counter c WHERE c.seq <> c.removed + (SELECT coalesce(sum(count), 0) FROM run_metric m WHERE m.run_id = c.run_id)) ORDER BY run_id FOR NO KEY UPDATE
        """;

    // A counter numbers points: it never goes back, for then it would number new ones as old ones. Numbers that no point has are of points that are gone.
    private const string Counters =
        """
        UPDATE run_counter c SET seq = greatest(c.seq, c.removed + m.count), removed = greatest(c.seq, c.removed + m.count) - m.count
        FROM (SELECT run_id, (SELECT coalesce(sum(count), 0)::bigint FROM run_metric m WHERE m.run_id = r.run_id) AS count FROM unnest($1) AS r (run_id)) m
        WHERE c.run_id = m.run_id AND c.seq <> c.removed + m.count
        """;

    // What is in the log brings the order of its runs up to date when it is flushed.
    private const string RunsWhoseOrderDiffers =
        """
        SELECT DISTINCT run_id FROM run_metric m FULL JOIN run_metric_order o USING (run_id, scope, key, label, rank)
        WHERE (m.last_value, m.min_value, m.max_value) IS DISTINCT FROM (o.last_value, o.min_value, o.max_value)
            AND NOT EXISTS (SELECT FROM run_metric_pending p WHERE p.run_id = coalesce(m.run_id, o.run_id))
        ORDER BY run_id
        """;

    private const string LostOrder =
        """
        DELETE FROM run_metric_order o
        WHERE run_id = ANY ($1) AND NOT EXISTS (SELECT FROM run_metric m WHERE (m.run_id, m.scope, m.key, m.label, m.rank) = (o.run_id, o.scope, o.key, o.label, o.rank))
        """;

    private const string Order =
        """
        INSERT INTO run_metric_order (run_id, scope, key, label, rank, last_value, min_value, max_value)
        SELECT run_id, scope, key, label, rank, last_value, min_value, max_value FROM run_metric m
        WHERE run_id = ANY ($1) AND NOT EXISTS (
            SELECT FROM run_metric_order o
            WHERE (o.run_id, o.scope, o.key, o.label, o.rank) = (m.run_id, m.scope, m.key, m.label, m.rank)
                AND (o.last_value, o.min_value, o.max_value) IS NOT DISTINCT FROM (m.last_value, m.min_value, m.max_value))
        ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (run_id, scope, key, label, rank) DO UPDATE SET last_value = EXCLUDED.last_value, min_value = EXCLUDED.min_value, max_value = EXCLUDED.max_value
        """;

    // A PostgreSQL that was restored from a backup may have forgotten versions that ClickHouse has: what is copied with an older one than is there would be read by nobody.
    private async Task RaiseVersionsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var tables = Dimension.All.Select(dimension => dimension.Table).Append(SummaryRows.Table);
        var query = new ClickHouseQuery($"SELECT toInt64(max(v)) AS version FROM ({string.Join(" UNION ALL ", tables.Select(table => $"SELECT max(version) AS v FROM {table}"))})");
        await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        var version = (await result.ReadColumnAsync<long>("version", ct).ConfigureAwait(false))[0];
        await using var raise = new NpgsqlCommand("SELECT setval('dimension_version', $1) FROM dimension_version WHERE last_value < $1", connection) { Parameters = { new() { Value = version } } };
        await raise.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private async Task<int> RepairSeriesAsync(NpgsqlConnection connection, long[] experiments, long[] runs, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        var faults = (await _summaries.CompareLockedAsync(connection, experiments, runs, ct).ConfigureAwait(false))
            .Where(fault => fault.Stored is null || fault.Actual is null || fault.Actual.Compare(fault.Stored) is not null).ToArray();
        if (faults.Length == 0)
            return 0;

        // Of the suspects, those that still differ now that nobody adds to them.
        var lastOfRuns = faults.GroupBy(fault => fault.Series.RunId, (run, ofRun) => KeyValuePair.Create(run, ofRun.Max(fault => fault.Actual?.LastSeq ?? 0))).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        var actual = faults.Where(fault => fault.Actual is not null).Select(fault => KeyValuePair.Create(fault.Series, fault.Actual!.Summary)).ToArray();
        if (actual.Length > 0)
            batch.BatchCommands.Add(RunMetricRows.Write(actual));
        foreach (var lost in faults.Where(fault => fault.Actual is null).Select(fault => fault.Series))
        {
            batch.BatchCommands.Add(new("DELETE FROM run_metric WHERE (run_id, scope, key, label, rank) = ($1, $2, $3, $4, $5)")
            {
                Parameters = { new() { Value = lost.RunId }, new() { Value = lost.Scope.Name() }, new() { Value = lost.Key }, new() { Value = lost.Label }, new() { Value = lost.Rank } },
            });
        }

        // The counter follows below; what is lost may come again, so no batch is known any more.
        batch.BatchCommands.Add(new(
            """
            UPDATE run_counter SET seq = greatest(seq, v.last_seq), recent = NULL
            FROM unnest($1, $2) AS v (run_id, last_seq) WHERE run_counter.run_id = v.run_id
            """)
        {
            Parameters =
            {
                new() { Value = lastOfRuns.Select(run => run.Key).ToArray() }, new() { Value = lastOfRuns.Select(run => run.Value).ToArray() },
            },
        });
        batch.BatchCommands.Add(SummaryCopier.Mark([.. lastOfRuns.Select(run => run.Key)]));
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
        return faults.Length;
    }

    private async Task<int> RepairSummaryCopiesAsync(NpgsqlConnection connection, long[] runs, CancellationToken ct)
    {
        var suspects = await _summaryCopies.CompareAsync(connection, runs, ct).ConfigureAwait(false);
        if (suspects.Count == 0)
            return 0;
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        var faults = await _summaryCopies.CompareLockedAsync(connection, [.. suspects.Select(fault => fault.Series.RunId).Distinct().Order()], ct).ConfigureAwait(false);
        if (faults.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { SummaryCopier.Mark([.. faults.Select(fault => fault.Series.RunId).Distinct()]) } };
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        await transaction.CommitAsync(ct).ConfigureAwait(false);
        return faults.Count;
    }

    // Counted when nobody adds any more: of what was counted before the lock, a batch may have changed the one and not the other.
    private static async Task<int> RepairCountersAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        var mended = await ExecuteAsync(connection, Counters, await FindRunsAsync(connection, CountersThatDiffer, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
        return mended;
    }

    // Copied when nobody adds any more, too: of summaries that were read before the lock, newer ones may have been flushed meanwhile, and nothing would write those again.
    private static async Task<int> RepairOrderAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var mended = 0;
        foreach (var runs in (await FindRunsAsync(connection, RunsWhoseOrderDiffers, ct).ConfigureAwait(false)).Chunk(RunsPerTransaction))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await RunCounterRows.LockAsync(connection, runs, ct).ConfigureAwait(false);
            mended += await ExecuteAsync(connection, LostOrder, runs, ct).ConfigureAwait(false) + await ExecuteAsync(connection, Order, runs, ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }

        return mended;
    }

    private async Task<int> RepairCopiesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var behind = new HashSet<(string Kind, long Id)>();
        await foreach (var (dimension, id, _) in _copies.FindAsync(ct).ConfigureAwait(false))
            behind.Add((dimension.Kind, id));
        if (behind.Count == 0)
            return 0;
        await using (var mark = new NpgsqlCommand("INSERT INTO dirty_entity (kind, entity_id) SELECT * FROM unnest($1, $2)", connection)
        {
            Parameters = { new() { Value = behind.Select(b => b.Kind).ToArray() }, new() { Value = behind.Select(b => b.Id).ToArray() } },
        })
        {
            await mark.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        await copier.CopyAsync(ct).ConfigureAwait(false);
        return behind.Count;
    }

    private static async Task<long[]> FindRunsAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var runs = new List<long>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            runs.Add(reader.GetInt64(0));
        return [.. runs];
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, long[] runs, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = runs } } };
        return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}

/// <summary>What a repair built anew.</summary>
/// <param name="Summaries">Summaries of series.</param>
/// <param name="Counters">Counters of runs.</param>
/// <param name="OrderRows">Rows that runs are ordered by.</param>
/// <param name="Rollups">Series whose rollups were removed; <see cref="RollupBuilder.BuildAsync(CancellationToken)"/> builds them again.</param>
/// <param name="Copies">Copies of entities and of summaries.</param>
public sealed record RepairReport(int Summaries, int Counters, int OrderRows, int Rollups, int Copies);
