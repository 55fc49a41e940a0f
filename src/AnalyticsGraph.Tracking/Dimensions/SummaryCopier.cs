using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using Npgsql;

namespace AnalyticsGraph.Tracking.Dimensions;

/// <summary>
/// Keeps ClickHouse's copy of the summaries of series (<c>run_metric</c>). A flush marks the runs whose points it brought; those whose points are in the log still are known from there, so that whoever asks does
/// not wait for the points. What is marked is read anew and written with a higher version, and only then are the marks removed that were read: nothing is lost however it ends, and to copy
/// twice does no harm. One copier at a time, by a lock that PostgreSQL gives up with the connection.
/// </summary>
internal sealed class SummaryCopier(NpgsqlDataSource postgres, ClickHouseClient clickHouse) : IDisposable
{
    private const long LockKey = 0x7375_6D6D_6172_6965; // "summarie"
    private const int MarksPerRound = 1000;
    private const int RunsPerRound = 5000;
    private const int RowsPerInsert = 100_000;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _begun;
    private long _done;

    /// <summary>Marks runs whose summaries were changed, or taken away, by no flush.</summary>
    public static NpgsqlBatchCommand Mark(long[] runs) => new("INSERT INTO run_metric_change (run_ids, has_removed) VALUES ($1, true)") { Parameters = { new() { Value = runs } } };

    /// <summary>Copies what changed. Costs one round trip to PostgreSQL if nothing did.</summary>
    /// <param name="withLogged">Whether also the summaries of points that no flush has brought yet.</param>
    /// <param name="ct">Ends the wait; marks that were not copied stay.</param>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.StoreUnavailable"/>: a store does not answer.</exception>
    public async Task CopyAsync(bool withLogged, CancellationToken ct)
    {
        try
        {
            if (!await HasChangesAsync(withLogged, ct).ConfigureAwait(false))
                return;

            // Whoever comes while one is at work waits for the next round, which is one for all of them.
            var seen = Interlocked.Read(ref _begun);
            await _turn.WaitAsync(ct).ConfigureAwait(false);
            try
            {
                if (_done > seen)
                    return;
                var round = Interlocked.Increment(ref _begun);
                await CopyLockedAsync(withLogged, ct).ConfigureAwait(false);
                if (withLogged)
                    _done = round;
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception fault) when (fault is NpgsqlException or ClickHouseException && !ct.IsCancellationRequested)
        {
            const string Failure = "The summaries of metrics could not be brought to ClickHouse, so a read would miss what was just logged. It is safe; try again later.";
            throw new GraphQLException(new GraphQLError(fault is NpgsqlException ? $"{PostgresAbsence.Reason(fault)}. {Failure}" : Failure, ErrorCodes.StoreUnavailable), fault);
        }
    }

    /// <summary>Waits until nobody writes what was read before the call: of runs that are gone since, nothing comes any more.</summary>
    /// <param name="ct">Ends the wait.</param>
    public async Task SettleAsync(CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TakeAsync(connection, LockKey, ct).ConfigureAwait(false);
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> HasChangesAsync(bool withLogged, CancellationToken ct)
    {
        await using var any = postgres.CreateCommand($"SELECT EXISTS (SELECT FROM run_metric_change) {(withLogged ? "OR EXISTS (SELECT FROM point_log WHERE series IN ('metric_point', 'removed_point'))" : "")}");
        return await any.ExecuteScalarAsync(ct).ConfigureAwait(false) is true;
    }

    private async Task CopyLockedAsync(bool withLogged, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TakeAsync(connection, LockKey, ct).ConfigureAwait(false);
        while (true)
        {
            // The version is taken before the state is read: a state that is newer than its version is marked again, an older one never overtakes a newer one.
            // The log before the marks: what a flush takes out of it meanwhile is marked then.
            var (marks, runs, reduced) = (new List<long>(), new HashSet<long>(), new HashSet<long>());
            var taken = 0;
            ulong version;
            await using (var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("SELECT nextval('dimension_version')"),
                    new($"SELECT run_ids, series = 'removed_point' FROM point_log WHERE {(withLogged ? "series IN ('metric_point', 'removed_point')" : "false")}"),
                    new($"SELECT run_ids, has_removed, id FROM run_metric_change ORDER BY id LIMIT {MarksPerRound}"),
                },
            })
            await using (var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false))
            {
                await reader.ReadAsync(ct).ConfigureAwait(false);
                version = (ulong)reader.GetInt64(0);
                await reader.NextResultAsync(ct).ConfigureAwait(false);
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    _ = Note(reader);
                await reader.NextResultAsync(ct).ConfigureAwait(false);
                while (taken < RunsPerRound && await reader.ReadAsync(ct).ConfigureAwait(false))
                {
                    taken += Note(reader);
                    marks.Add(reader.GetInt64(2));
                }
            }

            await CopyRunsAsync(connection, [.. runs], version, ct).ConfigureAwait(false);
            await RemoveLostAsync([.. reduced], version, ct).ConfigureAwait(false);
            await using var remove = new NpgsqlCommand("DELETE FROM run_metric_change WHERE id = ANY ($1)", connection) { Parameters = { new() { Value = marks } } };
            await remove.ExecuteNonQueryAsync(ct).ConfigureAwait(false);

            // What is logged meanwhile is for whoever asks next: writers may never rest.
            withLogged = false;
            if (taken < RunsPerRound && marks.Count < MarksPerRound)
                return;

            int Note(NpgsqlDataReader reader)
            {
                var of = reader.GetFieldValue<long[]>(0);
                runs.UnionWith(of);
                if (reader.GetBoolean(1))
                    reduced.UnionWith(of);
                return of.Length;
            }
        }
    }

    private async Task CopyRunsAsync(NpgsqlConnection connection, long[] runs, ulong version, CancellationToken ct)
    {
        var rows = new SummaryRows();
        foreach (var some in runs.Chunk(RunsPerRound))
        {
            await using var read = new NpgsqlCommand($"SELECT {SummaryRows.Columns} FROM run_metric m JOIN run r ON r.id = m.run_id WHERE m.run_id = ANY ($1)", connection) { Parameters = { new() { Value = some } } };
            await using var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                rows.Add(reader);
                if (rows.Count == RowsPerInsert)
                    await rows.InsertAsync(clickHouse, version, areDeleted: false, ct).ConfigureAwait(false);
            }
        }

        await rows.InsertAsync(clickHouse, version, areDeleted: false, ct).ConfigureAwait(false);
    }

    /// <summary>Of the runs, what was not written just now is not there any more.</summary>
    private async Task RemoveLostAsync(long[] runs, ulong version, CancellationToken ct)
    {
        var lost = new SummaryRows();
        foreach (var some in runs.Chunk(RunsPerRound))
        {
            await using var result = await clickHouse.QueryAsync(
                new ClickHouseQuery($$"""
                    SELECT toString(key) AS key, toString(label) AS label, toString(scope) AS scope, rank, experiment_id, run_id FROM {{SummaryRows.Table}} FINAL
                    WHERE run_id IN {runs:Array(Int64)} AND version < {version:UInt64}
                    """).With("runs", "Array(Int64)", some).With("version", "UInt64", version), ct).ConfigureAwait(false);
            await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
            {
                using (block)
                {
                    for (var row = 0; row < block.RowCount; row++)
                        lost.AddKey(block, row);
                }
            }
        }

        await lost.InsertAsync(clickHouse, version, areDeleted: true, ct).ConfigureAwait(false);
    }
}
