using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>
/// Moves what was acknowledged from the log to ClickHouse, so that every row arrives exactly once, whatever dies when:
/// <list type="number">
/// <item>which groups make up a block, all of one series, is recorded in the log, and committed;</item>
/// <item>the block is inserted, whole or not at all, with a token derived from its groups; one that is larger than an insert may be is a load's (see
/// <see cref="Staging.SeriesStaging"/>), and is inserted beside, part by part, to change tables in one step;</item>
/// <item>its rows leave the log.</item>
/// </list>
/// Points that an import takes away go the same way: their block is deleted instead of inserted, which may be repeated.
/// What finds recorded blocks in the log after a crash asks ClickHouse for their groups, inserts what is not there with the same token, and goes on with step 3.
/// One flusher at a time, by a lock that PostgreSQL gives up with the connection: any replica can be it, and a killed one blocks nobody.
/// </summary>
public sealed class PointFlusher : IAsyncDisposable
{
    internal const long LockKey = 0x706F_696E_746C_6F67; // "pointlog"

    // Decoding as much takes about as long as a flush.
    private const long MostSearchedBytes = 4 << 20;

    // A store that is back finds its callers at work again within this time; a try in vain costs next to nothing.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _postgres;
    private readonly PointLogOptions _options;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stop = new();
    private Task _background = Task.CompletedTask;
    private readonly PendingPointGauges _gauges;
    private long _pendingBytes;
    private long _madeNoRoomAt = long.MinValue / 2;

    /// <summary>A flusher; nothing runs until <see cref="Start"/> or a flush.</summary>
    /// <param name="postgres">Where the log is.</param>
    /// <param name="clickHouse">Where points go.</param>
    /// <param name="options">Pace and bounds.</param>
    /// <param name="logger">For failures in the background.</param>
    public PointFlusher(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointLogOptions options, ILogger<PointFlusher> logger) =>
        (_postgres, Points, Inserts, _options, _logger, _gauges) =
            (postgres, new MetricPointTable(clickHouse), new SeriesInserts(clickHouse), options, logger, new PendingPointGauges(() => PendingBytes));

    /// <summary>Told after points have come to ClickHouse: of which runs. Whoever listens must not keep the flusher waiting.</summary>
    public event Action<IReadOnlyCollection<long>>? Flushed;

    /// <summary>About how many bytes wait in the log: exact at each flush, and counted on in between.</summary>
    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    internal MetricPointTable Points { get; }

    internal SeriesInserts Inserts { get; }

    private int PublishSeconds => (int)Math.Ceiling(_options.PublishTimeout.TotalSeconds);

    /// <summary>Settles what a crash left behind, then flushes at the options' pace until disposed. A store that does not answer is tried again, ever more slowly.</summary>
    public void Start() => _background = Task.Run(() => RunAsync(_stop.Token));

    /// <summary>Brings to ClickHouse all points of the runs that were acknowledged before the call. Costs one round trip to PostgreSQL if there are none.</summary>
    /// <param name="runIds">Internal ids.</param>
    /// <param name="ct">Ends the wait; what is flushed stays consistent.</param>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.StoreUnavailable"/>: a store does not answer.</exception>
    public Task FlushRunsAsync(IReadOnlyCollection<long> runIds, CancellationToken ct = default) => FlushPendingAsync([.. runIds], ct);

    /// <summary>Brings to ClickHouse everything that was acknowledged before the call, of all series. Costs one round trip to PostgreSQL if there is nothing.</summary>
    /// <param name="ct">Ends the wait; what is flushed stays consistent.</param>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.StoreUnavailable"/>: a store does not answer.</exception>
    public Task FlushPendingAsync(CancellationToken ct = default) => FlushPendingAsync(null, ct);

    private async Task FlushPendingAsync(long[]? runs, CancellationToken ct)
    {
        await AskAsync(async () =>
        {
            if (await FindLastGroupAsync(runs, ct).ConfigureAwait(false) is not { } asked)
                return true;
            await _turn.WaitAsync(ct).ConfigureAwait(false);
            try
            {
                // Whoever had the turn before may have taken these along. What came since is not waited for: writers may never rest.
                if (await HasPendingAsync(asked, runs, ct).ConfigureAwait(false))
                    await FlushLockedAsync(asked, ct).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }

            return true;
        }, "What was just logged could not be brought to ClickHouse, so a read would miss it. It is safe; try again later.", ct).ConfigureAwait(false);
    }

    /// <summary>Brings everything that is logged to ClickHouse.</summary>
    /// <param name="ct">Ends the wait; what is flushed stays consistent.</param>
    public async Task FlushAsync(CancellationToken ct = default)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await FlushLockedAsync(long.MaxValue, ct).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the background flushing; what is logged stays logged.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _turn.Dispose();
        _wake.Dispose();
        _gauges.Dispose();
    }

    /// <summary>What is stored at the points' places. What waits in the log is looked for there if it is little and none of it takes points away, else it is flushed before.</summary>
    internal Task<PresentPoints> FindAsync(IReadOnlyList<(long ExperimentId, MetricPoint Point)> points, CancellationToken ct) => points.Count == 0 ? Task.FromResult(new PresentPoints()) : AskAsync(
        async () =>
        {
            // The log first: what is flushed meanwhile is then seen twice rather than not at all.
            long[] runs = [.. points.Select(point => point.Point.Series.RunId).Distinct()];
            var pending = await ReadPendingAsync(runs, ct).ConfigureAwait(false);
            if (pending is null)
                await FlushRunsAsync(runs, ct).ConfigureAwait(false);
            var present = await Points.FindAsync(points, ct).ConfigureAwait(false);
            if (pending is { Count: > 0 })
                present.AddAt(points.Select(point => point.Point), pending);
            return present;
        },
        "Whether late points are there already could not be asked of ClickHouse, so the batch was not stored. Send it again later.",
        ct);

    /// <summary>The points of the runs that are in the log; null if there are too many to look through, or if points of them go: what is left then, ClickHouse alone can say.</summary>
    private async Task<List<PointPayload>?> ReadPendingAsync(long[] runs, CancellationToken ct)
    {
        const string Pending = "FROM point_log WHERE run_ids && $1";
        await using var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (var size = new NpgsqlCommand($"SELECT coalesce(sum(bytes), 0)::bigint {Pending}", connection) { Parameters = { new() { Value = runs } } })
        {
            var bytes = (long)(await size.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
            if (bytes == 0)
                return [];
            if (bytes > MostSearchedBytes)
                return null;
        }

        var pending = new List<PointPayload>();
        await using var read = new NpgsqlCommand($"SELECT series, payload {Pending}", connection) { Parameters = { new() { Value = runs } } };
        await using var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            if (reader.GetString(0) == SeriesTable.RemovedPoint.Name)
                return null;
            pending.Add(PointPayload.Read(reader.GetFieldValue<byte[]>(1)));
        }

        return pending;
    }

    /// <summary>Refuses more rows while too many wait for ClickHouse.</summary>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.ResourceExhausted"/>.</exception>
    internal void RequireRoom(PointLogOptions options)
    {
        if (PendingBytes > options.MaxPendingBytes)
        {
            throw new GraphQLException(new GraphQLError(
                $"More than {options.MaxPendingBytes >> 20} MiB of rows wait for ClickHouse, so no more are taken. Try again later; if this lasts, see whether ClickHouse is up.",
                ErrorCodes.ResourceExhausted));
        }
    }

    /// <summary>Counts what was logged. Where much waits, it is flushed now rather than at the options' pace.</summary>
    internal void NoteLogged(long bytes)
    {
        if (Interlocked.Add(ref _pendingBytes, bytes) > _options.MaxBlockBytes / 2 && _wake.CurrentCount == 0)
            _wake.Release();
    }

    /// <summary>As <see cref="RequireRoom"/>, for a load, which is much to send again: if too many wait, they are brought to ClickHouse first.</summary>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.ResourceExhausted"/>.</exception>
    internal async Task MakeRoomAsync(PointLogOptions options, CancellationToken ct)
    {
        if (PendingBytes > options.MaxPendingBytes)
        {
            await _turn.WaitAsync(ct).ConfigureAwait(false);
            try
            {
                // Whoever had the turn before may have made room, or may just have seen that ClickHouse does not answer, which can take long.
                if (PendingBytes > options.MaxPendingBytes && Environment.TickCount64 - _madeNoRoomAt > LongestPause.TotalMilliseconds)
                    await FlushLockedAsync(long.MaxValue, ct).ConfigureAwait(false);
            }
            catch (ClickHouseException fault) when (!ct.IsCancellationRequested)
            {
                _madeNoRoomAt = Environment.TickCount64;
                _logger.LogWarning("No room could be made for a load: {Reason}", fault.Message);
            }
            finally
            {
                _turn.Release();
            }
        }

        RequireRoom(options);
    }

    /// <summary>Step 1: puts groups that belong to no block yet into a new one. A load's rows of one series are one block, however many they are: readers see all of them or none.</summary>
    /// <returns>The block's id; null if there are no such groups up to <paramref name="lastGroup"/>.</returns>
    internal async Task<long?> RecordBlockAsync(NpgsqlConnection connection, long lastGroup, CancellationToken ct)
    {
        await using var record = new NpgsqlCommand(
            """
            WITH next AS (SELECT series, load_id FROM point_log WHERE block_id IS NULL AND group_id <= $1 ORDER BY group_id, series LIMIT 1),
            candidate AS (
                SELECT group_id, series, sum(points) OVER earlier - points AS rows_before, sum(bytes::bigint) OVER earlier - bytes AS bytes_before
                FROM point_log WHERE block_id IS NULL AND (group_id <= $1 OR load_id IS NOT NULL) AND (series, coalesce(load_id, 0)) = (SELECT series, coalesce(load_id, 0) FROM next)
                WINDOW earlier AS (ORDER BY group_id)),
            block AS MATERIALIZED (SELECT nextval('point_block_id') AS id WHERE EXISTS (SELECT FROM candidate)),
            recorded AS (
                UPDATE point_log SET block_id = block.id FROM block, candidate
                WHERE point_log.group_id = candidate.group_id AND point_log.series = candidate.series
                    AND (load_id IS NOT NULL OR candidate.rows_before = 0 OR candidate.rows_before + point_log.points <= $2 AND candidate.bytes_before + point_log.bytes <= $3)
                RETURNING 1)
            SELECT id FROM block
            """, connection)
        { Parameters = { new() { Value = lastGroup }, new() { Value = (long)_options.MaxBlockPoints }, new() { Value = _options.MaxBlockBytes } } };
        return await record.ExecuteScalarAsync(ct).ConfigureAwait(false) as long?;
    }

    /// <summary>Step 2: inserts a recorded block.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="blockId">The block.</param>
    /// <param name="isReplay">Whether it may be there already; then ClickHouse is asked first, because its memory of tokens has an end.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>How many points it had that ClickHouse did not have yet.</returns>
    internal async Task<int> InsertBlockAsync(NpgsqlConnection connection, long blockId, bool isReplay, CancellationToken ct)
    {
        await using var read = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT min(series), array_agg(group_id ORDER BY group_id), sum(points), sum(bytes::bigint)::bigint FROM point_log WHERE block_id = $1") { Parameters = { new() { Value = blockId } } },
                new("SELECT group_id, points, bytes, payload FROM point_log WHERE block_id = $1 ORDER BY group_id") { Parameters = { new() { Value = blockId } } },
            },
        };
        await using var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        if (reader.IsDBNull(0))
            return 0;
        var (table, groups, rows, bytes) = (SeriesTable.Named(reader.GetString(0)), reader.GetFieldValue<long[]>(1), checked((int)reader.GetInt64(2)), reader.GetInt64(3));
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        if (table == SeriesTable.RemovedPoint)
        {
            await foreach (var block in ReadPartsAsync(reader, table, rows, [], ct).ConfigureAwait(false))
                await Inserts.RemovePointsAsync(block, ct).ConfigureAwait(false);
            return 0;
        }

        if (groups.Length > 1 && (rows > _options.MaxBlockPoints || bytes > _options.MaxBlockBytes))
        {
            var present = isReplay ? await Inserts.ForgetPartsAsync(table, blockId, groups, ct).ConfigureAwait(false) : [];
            if (present.Count < groups.Length)
                await Inserts.InsertPartsAsync(table, blockId, ReadPartsAsync(reader, table, rows, present, ct), ct).ConfigureAwait(false);
            return rows;
        }

        if (isReplay && await Inserts.HasAnyAsync(table, groups, ct).ConfigureAwait(false))
            return 0;
        await foreach (var block in ReadPartsAsync(reader, table, rows, [], ct).ConfigureAwait(false))
        {
            await Inserts.InsertAsync(block, TokenOf(table, groups), ct).ConfigureAwait(false);

            // ClickHouse remembers a token just before it publishes the part: killed in between, it knows the token of an insert that never was, and takes the repeated one
            // for done. No insert with that token can be under way any more, so another token makes no doubles.
            if (isReplay && !await Inserts.HasAnyAsync(table, groups, ct).ConfigureAwait(false))
                await Inserts.InsertAsync(block, $"{TokenOf(table, groups)}-again", ct).ConfigureAwait(false);
        }

        return rows;
    }

    /// <summary>
    /// Step 3: takes a block that is in ClickHouse out of the log, brings the order of runs up to its summaries, and marks those for ClickHouse's copy. A load's block may be of
    /// millions of series, so it has the time of a load.
    /// </summary>
    internal async Task RemoveBlockAsync(NpgsqlConnection connection, long blockId, CancellationToken ct)
    {
        // Rows that are up to date are left alone: a conflict locks its row even where nothing is to change. They are looked up one by one, by their key, for the planner cannot
        // know how many the log's runs have.
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            Timeout = PublishSeconds,
            BatchCommands =
            {
                new("""
                    INSERT INTO run_metric_order (run_id, scope, key, label, rank, last_value, min_value, max_value)
                    SELECT m.run_id, m.scope, m.key, m.label, m.rank, m.last_value, m.min_value, m.max_value
                    FROM run_metric m WHERE m.run_id IN (SELECT unnest(run_ids) FROM point_log WHERE block_id = $1) AND (
                        SELECT (o.last_value, o.min_value, o.max_value) IS DISTINCT FROM (m.last_value, m.min_value, m.max_value) FROM run_metric_order o
                        WHERE (o.run_id, o.scope, o.key, o.label, o.rank) = (m.run_id, m.scope, m.key, m.label, m.rank)) IS NOT FALSE
                    ORDER BY 1, 2, 3, 4, 5
                    ON CONFLICT (run_id, scope, key, label, rank) DO UPDATE SET last_value = EXCLUDED.last_value, min_value = EXCLUDED.min_value, max_value = EXCLUDED.max_value
                        WHERE (run_metric_order.last_value, run_metric_order.min_value, run_metric_order.max_value)
                            IS DISTINCT FROM (EXCLUDED.last_value, EXCLUDED.min_value, EXCLUDED.max_value)
                    """) { Parameters = { new() { Value = blockId } } },
                new("""
                    INSERT INTO run_metric_change (run_ids, has_removed)
                    SELECT array_agg(DISTINCT run), bool_or(series = 'removed_point') FROM point_log, unnest(run_ids) AS run WHERE block_id = $1 HAVING count(*) > 0
                    """) { Parameters = { new() { Value = blockId } } },
                new("DELETE FROM point_log WHERE block_id = $1") { Parameters = { new() { Value = blockId } } },
            },
        };
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, string failure, CancellationToken ct)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is NpgsqlException or ClickHouseException && !ct.IsCancellationRequested)
        {
            throw new GraphQLException(new GraphQLError(fault is NpgsqlException ? $"{PostgresAbsence.Reason(fault)}. {failure}" : failure, ErrorCodes.StoreUnavailable), fault);
        }
    }

    /// <summary>What ClickHouse knows a block by.</summary>
    internal static string TokenOf(SeriesTable table, long[] groups) =>
        $"{(table == SeriesTable.MetricPoint ? "points" : table.Name)}-{Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(groups.AsSpan())).AsSpan(0, 16))}";

    /// <summary>A block's groups, joined into parts that one insert may have; one part if it may have them all.</summary>
    private async IAsyncEnumerable<SeriesBlock> ReadPartsAsync(NpgsqlDataReader reader, SeriesTable table, int total, HashSet<long> without, [EnumeratorCancellation] CancellationToken ct)
    {
        var room = Math.Min(total, _options.MaxBlockPoints);
        var part = new SeriesBlock(table, room);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var (group, rows, bytes) = (reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2));
            if (without.Contains(group))
                continue;
            if (part.Count > 0 && (part.Count + rows > _options.MaxBlockPoints || part.Bytes + bytes > _options.MaxBlockBytes))
            {
                yield return part;
                part = new SeriesBlock(table, room);
            }

            part.Append(reader.GetFieldValue<byte[]>(3), group);
        }

        if (part.Count > 0)
            yield return part;
    }

    /// <summary>The last group that is logged, of some runs or of all; null if none is.</summary>
    private async Task<long?> FindLastGroupAsync(long[]? runs, CancellationToken ct)
    {
        await using var find = _postgres.CreateCommand($"SELECT max(group_id) FROM point_log WHERE true {OfRuns(runs)}");
        AddRuns(find, runs);
        return await find.ExecuteScalarAsync(ct).ConfigureAwait(false) as long?;
    }

    private async Task<bool> HasPendingAsync(long asked, long[]? runs, CancellationToken ct)
    {
        await using var find = _postgres.CreateCommand($"SELECT EXISTS (SELECT FROM point_log WHERE group_id <= $1 {OfRuns(runs, "$2")})");
        find.Parameters.Add(new NpgsqlParameter { Value = asked });
        AddRuns(find, runs);
        return (bool)(await find.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private static string OfRuns(long[]? runs, string parameter = "$1") => runs is null ? "" : $"AND run_ids && {parameter}";

    private static void AddRuns(NpgsqlCommand command, long[]? runs)
    {
        if (runs is not null)
            command.Parameters.Add(new NpgsqlParameter { Value = runs });
    }

    /// <summary>Flushes all that is logged by now, if any of it was asked for.</summary>
    /// <param name="asked">The last group that is asked for.</param>
    /// <param name="ct">Ends the wait.</param>
    private async Task FlushLockedAsync(long asked, CancellationToken ct)
    {
        await using var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TakeAsync(connection, LockKey, ct).ConfigureAwait(false);

        // Under the lock nobody else is in the middle of a block, so what is recorded was left behind.
        foreach (var left in await FindRecordedAsync(connection, ct).ConfigureAwait(false))
            await FlushBlockAsync(connection, left, isReplay: true, ct).ConfigureAwait(false);

        // No further than what is logged now, so that a reader is not kept by writers that never rest: what they add meanwhile is for whoever asks next.
        if (await FindGroupsAsync(connection, ct).ConfigureAwait(false) is var (first, last) && first <= asked)
        {
            while (await RecordBlockAsync(connection, last, ct).ConfigureAwait(false) is { } block)
                await FlushBlockAsync(connection, block, isReplay: false, ct).ConfigureAwait(false);
        }

        await CountPendingAsync(connection, ct).ConfigureAwait(false);
    }

    private async Task FlushBlockAsync(NpgsqlConnection connection, long block, bool isReplay, CancellationToken ct)
    {
        using var span = TrackingTelemetry.Source.StartActivity("points.flush");
        var start = Stopwatch.GetTimestamp();
        try
        {
            var points = await InsertBlockAsync(connection, block, isReplay, ct).ConfigureAwait(false);
            long[] runs = Flushed is null ? [] : await FindRunsAsync(connection, block, ct).ConfigureAwait(false);
            await RemoveBlockAsync(connection, block, ct).ConfigureAwait(false);
            Flushed?.Invoke(runs);
            TrackingTelemetry.PointsFlushed.Add(points);
            TrackingTelemetry.FlushDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
            span?.SetTag("analyticsgraph.points", points).SetTag("analyticsgraph.replay", isReplay);
        }
        catch (Exception fault) when (span is not null)
        {
            span.SetTag("error.type", fault.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private async Task<long[]> FindRunsAsync(NpgsqlConnection connection, long block, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand("SELECT coalesce(array_agg(DISTINCT run), '{}') FROM point_log, unnest(run_ids) AS run WHERE block_id = $1", connection)
        {
            CommandTimeout = PublishSeconds,
            Parameters = { new() { Value = block } },
        };
        return (long[])(await find.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private static async Task<List<long>> FindRecordedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand("SELECT DISTINCT block_id FROM point_log WHERE block_id IS NOT NULL ORDER BY 1", connection);
        await using var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var blocks = new List<long>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            blocks.Add(reader.GetInt64(0));
        return blocks;
    }

    private static async Task<(long First, long Last)?> FindGroupsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand("SELECT min(group_id), max(group_id) FROM point_log", connection);
        await using var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false);
        return await reader.ReadAsync(ct).ConfigureAwait(false) && !reader.IsDBNull(0) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    /// <summary>Counts what waits, which other replicas may have logged.</summary>
    private async Task<long> CountPendingAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var count = new NpgsqlCommand(
            "SELECT coalesce(sum(bytes), 0)::bigint, coalesce(sum(points), 0)::bigint, coalesce(extract(epoch FROM clock_timestamp() - min(logged_at)), 0)::float8 FROM point_log", connection);
        await using var reader = await count.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        var bytes = reader.GetInt64(0);
        Interlocked.Exchange(ref _pendingBytes, bytes);
        _gauges.Note(reader.GetInt64(1), reader.GetDouble(2));
        return bytes;
    }

    /// <summary>One look in the background: a single round trip while nothing waits.</summary>
    private async Task FlushIfPendingAsync(CancellationToken ct)
    {
        bool waits;
        await using (var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false))
            waits = await CountPendingAsync(connection, ct).ConfigureAwait(false) > 0;
        if (waits)
            await FlushAsync(ct).ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var pause = _options.FlushInterval;
        var forgetAt = 0L;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await FlushIfPendingAsync(ct).ConfigureAwait(false);
                pause = _options.FlushInterval;

                // The other thing of the write side that must not grow for ever.
                if (Environment.TickCount64 >= forgetAt)
                {
                    await Writing.ClientTokens.ForgetOldAsync(_postgres, ct).ConfigureAwait(false);
                    forgetAt = Environment.TickCount64 + (long)TimeSpan.FromHours(1).TotalMilliseconds;
                }
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
                _logger.LogError(fault, "Points could not be flushed to ClickHouse. They stay in the log; the next try is in {Pause}.", pause);
            }

            // A store that does not answer is not asked more often for that.
            await (pause > _options.FlushInterval ? Task.Delay(pause, ct) : _wake.WaitAsync(pause, ct)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
