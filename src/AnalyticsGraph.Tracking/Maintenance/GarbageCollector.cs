using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>
/// Removes for good what was deleted long ago. Records leave PostgreSQL in one transaction, which also writes down whose series are to go; then those leave ClickHouse, table by
/// table, and only then what was written down. A run that is killed is completed by the next one. A record that another one still needs or refers to stays until that is gone; so does a model or dataset that points name.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">The store of series.</param>
/// <param name="flusher">Brings what waits, so that it can be removed.</param>
/// <param name="copier">Brings changed entities.</param>
public sealed class GarbageCollector(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher, DimensionCopier copier)
{
    private const long LockKey = 0x6761_7262_6167_6521; // "garbage!"
    private const int OwnersPerDelete = 10_000;
    private const string Deleted = "lifecycle_stage = 'DELETED' AND changed_at < now() - $1";

    // A version's number may never be used again, so versions stay as long as their model.
    private static readonly string[] KeptWithTheirOwner = ["model_version"];

    /// <summary>Collects.</summary>
    /// <param name="olderThan">How long ago records must have been deleted.</param>
    /// <param name="keepHistory">For how long history is kept; null for ever.</param>
    /// <param name="isDryRun">Whether to change nothing, and only count.</param>
    /// <param name="ct">Ends the collection between two steps; the next one goes on.</param>
    public async Task<GarbageReport> RunAsync(TimeSpan olderThan, TimeSpan? keepHistory, bool isDryRun, CancellationToken ct = default)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TakeAsync(connection, LockKey, ct).ConfigureAwait(false);
        var (removed, kept) = await RemoveRecordsAsync(connection, olderThan, keepHistory, isDryRun, ct).ConfigureAwait(false);
        if (!isDryRun)
            removed.AddRange(await RemoveSeriesAsync(connection, ct).ConfigureAwait(false));
        return new GarbageReport([.. removed.GroupBy(row => row.Table).Select(rows => (rows.Key, rows.Sum(row => row.Rows))).Where(row => row.Item2 > 0)], kept);
    }

    /// <summary>First step: PostgreSQL.</summary>
    internal async Task<(List<(string Table, long Rows)> Removed, List<(string Table, long Rows)> Kept)> RemoveRecordsAsync(
        NpgsqlConnection connection, TimeSpan olderThan, TimeSpan? keepHistory, bool isDryRun, CancellationToken ct)
    {
        var removed = new List<(string, long)>();
        var tables = await ReadTablesAsync(connection, ct).ConfigureAwait(false);
        var named = await ReadNamedAsync(connection, olderThan, ct).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);

        // The points of runs that go name nothing any more, so the runs come first.
        var kept = new Dictionary<string, long[]>();
        await DeleteAsync([.. tables.Where(table => !named.ContainsKey(table.Table))]).ConfigureAwait(false);
        var gone = (await ReadOwnersAsync(connection, ct).ConfigureAwait(false)).Where(owners => owners.Kind == "run").SelectMany(owners => owners.Ids).ToHashSet();
        foreach (var (kind, names) in named)
            kept.Add(kind, [.. names.Where(name => !gone.Contains(name.Run)).Select(name => name.Id).Distinct()]);
        await DeleteAsync(tables).ConfigureAwait(false);

        // What needs a record goes before it, so another round may remove more.
        async Task DeleteAsync(List<(string Table, string Condition, bool IsOwner)> of)
        {
            for (var before = -1; before != removed.Count;)
            {
                before = removed.Count;
                foreach (var (table, condition, isOwner) in of)
                {
                    var delete = $"DELETE FROM {table} t WHERE {Deleted} {(kept.ContainsKey(table) ? "AND id <> ALL ($2)" : "")} {condition}";
                    await using var command = new NpgsqlCommand(
                        isOwner ? $"WITH gone AS ({delete} RETURNING id) INSERT INTO removed_owner (kind, id) SELECT '{table}', id FROM gone" : delete, connection)
                    {
                        CommandTimeout = 0,
                        Parameters = { new() { Value = olderThan } },
                    };
                    if (kept.TryGetValue(table, out var ids))
                        command.Parameters.Add(new NpgsqlParameter { Value = ids });
                    if (await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false) is > 0 and var rows)
                        removed.Add((table, rows));
                }
            }
        }

        foreach (var table in keepHistory is null ? [] : await ReadHistoriesAsync(connection, ct).ConfigureAwait(false))
        {
            await using var command = new NpgsqlCommand($"DELETE FROM {table} WHERE upper(valid) < now() - $1", connection) { CommandTimeout = 0, Parameters = { new() { Value = keepHistory!.Value } } };
            removed.Add((table, await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false)));
        }

        if (isDryRun)
        {
            removed.AddRange(await CountSeriesAsync(await ReadOwnersAsync(connection, ct).ConfigureAwait(false), ct).ConfigureAwait(false));
        }
        else
        {
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }

        return (removed, [.. kept.Where(kind => kind.Value.Length > 0).Select(kind => (kind.Key, kind.Value.LongLength))]);
    }

    /// <summary>The deleted models and datasets that points name, each with the runs of those points, by table.</summary>
    private async Task<Dictionary<string, List<(long Id, long Run)>>> ReadNamedAsync(NpgsqlConnection connection, TimeSpan olderThan, CancellationToken ct)
    {
        await flusher.FlushAsync(ct).ConfigureAwait(false);
        var named = new Dictionary<string, List<(long, long)>>();
        foreach (var (kind, table, column) in SeriesOwner.Named)
        {
            named.Add(kind, []);
            await using var command = new NpgsqlCommand($"SELECT coalesce(array_agg(id), '{{}}') FROM {kind} WHERE {Deleted}", connection) { CommandTimeout = 0, Parameters = { new() { Value = olderThan } } };
            foreach (var ids in ((long[])(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!).Chunk(OwnersPerDelete))
            {
                await using var result = await clickHouse.QueryAsync(
                    new ClickHouseQuery($$"""SELECT DISTINCT {{column}} AS id, run_id AS run FROM {{table}} WHERE {{column}} IN {ids:Array(Int64)}""").With("ids", "Array(Int64)", ids) with { Timeout = TimeSpan.FromMinutes(10) },
                    ct).ConfigureAwait(false);
                await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
                {
                    using (block)
                    {
                        for (var row = 0; row < block.RowCount; row++)
                            named[kind].Add((block.Column<long>("id")[row], block.Column<long>("run")[row]));
                    }
                }
            }
        }

        return named;
    }

    /// <summary>Second step: ClickHouse, and what was written down.</summary>
    internal async Task<List<(string Table, long Rows)>> RemoveSeriesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var removed = new List<(string, long)>();
        var owners = await ReadOwnersAsync(connection, ct).ConfigureAwait(false);
        if (owners.Count == 0)
            return removed;

        // Nobody can log for a record that is gone; what was logged before comes first, so that it goes, too. So do the copies, which say that the record is gone.
        await flusher.FlushAsync(ct).ConfigureAwait(false);
        removed.AddRange(await CountSeriesAsync(owners, ct).ConfigureAwait(false));
        await copier.CopyAsync(ct).ConfigureAwait(false);
        await copier.SettleSummariesAsync(ct).ConfigureAwait(false);
        foreach (var (kind, ids) in owners)
        {
            foreach (var (table, condition) in SeriesOf(kind))
                await DeleteAsync($"DELETE FROM {table} WHERE {condition}", ids, ct).ConfigureAwait(false);
            await using var forget = new NpgsqlCommand("DELETE FROM removed_owner WHERE kind = $1 AND id = ANY ($2)", connection) { Parameters = { new() { Value = kind }, new() { Value = ids } } };
            await forget.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        return removed;
    }

    /// <summary>The tables with rows of such records, and which rows those are. Records of metrics go if all that they were linked to goes, and before the links that tell so.</summary>
    private static IEnumerable<(string Table, string Condition)> SeriesOf(string kind)
    {
        if (kind == "run")
        {
            yield return ("metric_record",
                "(source, original_id) IN (SELECT source, original_id FROM metric_record_link FINAL GROUP BY source, original_id HAVING countIf(run_id NOT IN {ids:Array(Int64)}) = 0)");
        }

        foreach (var owner in SeriesOwner.All.Where(owner => owner.Kind == kind))
            yield return (owner.Table, $$"""{{owner.Column}} IN {ids:Array(Int64)}""");
        foreach (var dimension in Dimension.All.Where(dimension => dimension.Kind == kind))
            yield return (dimension.Table, "id IN {ids:Array(Int64)}");
    }

    /// <summary>Counts rows as readers see them: one for each key, and one that has two owners once, with the last of them.</summary>
    private async Task<List<(string Table, long Rows)>> CountSeriesAsync(List<(string Kind, long[] Ids)> owners, CancellationToken ct)
    {
        var counts = new List<(string, long)>();
        foreach (var (kind, ids) in owners)
        {
            foreach (var (table, condition) in SeriesOf(kind))
            {
                var other = SeriesOwner.All.FirstOrDefault(owner => owner.Table == table && string.CompareOrdinal(owner.Kind, kind) > 0);
                var query = new ClickHouseQuery(
                    $"SELECT toInt64(count()) AS n FROM {table}{(table == "metric_point" ? "" : " FINAL")} WHERE {condition}{(other is null ? "" : $" AND {other.Column} NOT IN {{others:Array(Int64)}}")}")
                {
                    Timeout = TimeSpan.FromMinutes(10),
                }.With("ids", "Array(Int64)", ids);
                if (other is not null)
                    query = query.With("others", "Array(Int64)", owners.Where(owner => owner.Kind == other.Kind).SelectMany(owner => owner.Ids).ToArray());
                await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
                counts.Add((table, (await result.ReadColumnAsync<long>("n", ct).ConfigureAwait(false))[0]));
            }
        }

        return counts;
    }

    private Task<ClickHouseSummary> DeleteAsync(string sql, long[] ids, CancellationToken ct) => clickHouse.ExecuteAsync(
        new ClickHouseQuery(sql) { Timeout = TimeSpan.FromMinutes(30) }.With("ids", "Array(Int64)", ids).WithSetting("lightweight_deletes_sync", "2").WithSetting("mutations_sync", "2"), ct);

    private static async Task<List<(string Kind, long[] Ids)>> ReadOwnersAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT kind, array_agg(id ORDER BY id) FROM (SELECT kind, id, (row_number() OVER (PARTITION BY kind ORDER BY id) - 1) / {OwnersPerDelete} AS page FROM removed_owner) o
            GROUP BY kind, page ORDER BY kind, page
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var owners = new List<(string, long[])>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            owners.Add((reader.GetString(0), reader.GetFieldValue<long[]>(1)));
        return owners;
    }

    /// <summary>The tables whose records can be deleted, with the condition that no other record needs them, and whether series belong to them.</summary>
    private static async Task<List<(string Table, string Condition, bool IsOwner)>> ReadTablesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var kinds = SeriesOwner.All.Select(owner => owner.Kind).Concat(Dimension.All.Select(dimension => dimension.Kind)).ToHashSet();
        await using var command = new NpgsqlCommand(
            """
            SELECT t.oid::regclass::text, coalesce((
                SELECT string_agg(format('AND NOT EXISTS (SELECT FROM %s c WHERE (%s) = (%s))', f.conrelid::regclass,
                    (SELECT string_agg(format('c.%I', a.attname), ', ' ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY AS k (number, place) JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number),
                    (SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY k.place) FROM unnest(f.confkey) WITH ORDINALITY AS k (number, place) JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number)), ' ' ORDER BY f.oid)
                FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = t.oid AND f.confdeltype IN ('a', 'r') AND f.conrelid <> t.oid), '')
                -- What a run names as its input or output: that goes with the run, not with what it names. Other links belong to neither of their ends.
                || coalesce((
                SELECT string_agg(format(' AND NOT EXISTS (SELECT FROM run_input c WHERE c.%I = t.id AND c.run_id IS NOT NULL)', a.attname), '' ORDER BY f.oid)
                FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
                WHERE f.contype = 'f' AND f.conrelid = 'run_input'::regclass AND f.confrelid = t.oid AND f.confdeltype = 'c' AND a.attname <> 'run_id'), '')
                -- A reference that would be taken away counts unless its record may go, too.
                || coalesce((
                SELECT string_agg(format(' AND NOT EXISTS (SELECT FROM %s c WHERE c.%I = t.id AND NOT (c.lifecycle_stage = ''DELETED'' AND c.changed_at < now() - $1))', f.conrelid::regclass, a.attname), '' ORDER BY f.oid)
                FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
                WHERE f.contype = 'f' AND f.confrelid = t.oid AND f.confdeltype = 'n'
                    AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = f.conrelid AND s.attname = 'lifecycle_stage' AND NOT s.attisdropped)), '')
                -- What refers to a version needs its model, which alone takes versions along.
                || CASE WHEN t.relname = 'registered_model' THEN
                    ' AND NOT EXISTS (SELECT FROM model_version v JOIN prediction_set c ON c.model_version_id = v.id WHERE v.registered_model_id = t.id AND NOT (c.lifecycle_stage = ''DELETED'' AND c.changed_at < now() - $1))'
                    ELSE '' END
            FROM pg_class t
            WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND t.relname NOT LIKE '%\_history'
                AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'lifecycle_stage' AND NOT a.attisdropped)
                AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'changed_at' AND NOT a.attisdropped)
            ORDER BY t.relname
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var tables = new List<(string, string, bool)>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            if (!KeptWithTheirOwner.Contains(reader.GetString(0)))
                tables.Add((reader.GetString(0), reader.GetString(1), kinds.Contains(reader.GetString(0))));
        }

        return tables;
    }

    private static async Task<List<string>> ReadHistoriesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT t.oid::regclass::text FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'valid' AND a.atttypid = 'tstzrange'::regtype
            WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND t.relname LIKE '%\_history' ORDER BY 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var tables = new List<string>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            tables.Add(reader.GetString(0));
        return tables;
    }
}

/// <summary>What a collection did.</summary>
/// <param name="Removed">How many rows were removed, by table; none of them is 0.</param>
/// <param name="Kept">How many records were deleted long enough ago, but stay because points name them, by table; none of them is 0.</param>
public sealed record GarbageReport(IReadOnlyList<(string Table, long Rows)> Removed, IReadOnlyList<(string Table, long Rows)> Kept);
