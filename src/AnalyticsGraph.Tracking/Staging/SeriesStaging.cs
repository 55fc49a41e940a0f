using System.Collections.Concurrent;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>
/// Takes bodies that are larger than a group: block by block, each stored by a short transaction of its own, and seen by nobody until all is published, which is one transaction,
/// too. That publishing was asked for is recorded first, so that it happens whoever dies; a load whose server died before is forgotten after ten minutes. Its rows of one series come
/// to ClickHouse in one step, too, so that no reader sees a part of them.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="flusher">Where published rows go next.</param>
/// <param name="topics">Told of what was published.</param>
/// <param name="options">Bounds.</param>
/// <param name="logger">For loads that cannot be published, and failures in the background.</param>
public sealed class SeriesStaging(NpgsqlDataSource postgres, PointFlusher flusher, ITopicEvents topics, PointLogOptions options, ILogger<SeriesStaging> logger) : IAsyncDisposable
{
    private const int MostAttempts = 5;
    private const long FirstLockKey = 0x6C6F_6164_0000_0000; // "load"

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, bool> _open = new();
    private Task _background = Task.CompletedTask;

    /// <summary>Until disposed, says now and then which loads are on their way, and resumes others; which may take long, so that one does not wait for the other.</summary>
    public void Start() => _background = Task.WhenAll(
        Task.Run(() => RunAsync(TouchAsync, "It could not be recorded which loads are on their way.", _stop.Token)),
        Task.Run(() => RunAsync(ResumeAsync, "Loads whose publishing was interrupted could not be looked for. They stay as they are.", _stop.Token)));

    /// <summary>Ends the background work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>Begins a load.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The load; disposed before it was asked to publish, it is forgotten.</returns>
    /// <exception cref="GraphQLException">Too much waits for ClickHouse.</exception>
    public async Task<StagedLoad> BeginAsync(Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await flusher.MakeRoomAsync(options, ct).ConfigureAwait(false);
        await using var command = postgres.CreateCommand("INSERT INTO staged_load (caller) VALUES ($1) RETURNING id");
        command.Parameters.Add(new NpgsqlParameter { Value = caller.Name ?? "" });
        var load = (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        _open.TryAdd(load, true);
        return new StagedLoad(this, load);
    }

    /// <summary>
    /// Publishes what a server was asked to and did not complete, and forgets what no server has said for ten minutes to be on its way. What a server is at is left alone; what fails does
    /// not keep others, is tried again the next time, and is given up after a day: by then its token would be forgotten, too.
    /// </summary>
    /// <param name="ct">Ends the work between two loads.</param>
    /// <returns>How many loads were published.</returns>
    public async Task<int> ResumeAsync(CancellationToken ct = default)
    {
        await using (var forget = postgres.CreateCommand("DELETE FROM staged_load WHERE publish_asked_at IS NULL AND touched_at < now() - interval '10 minutes'"))
            await forget.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        var asked = new List<(long Load, bool IsOld)>();
        await using (var find = postgres.CreateCommand("SELECT id, publish_asked_at < now() - interval '1 day' FROM staged_load WHERE publish_asked_at IS NOT NULL ORDER BY publish_asked_at, id"))
        await using (var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                asked.Add((reader.GetInt64(0), reader.GetBoolean(1)));
        }

        var published = 0;
        foreach (var (load, isOld) in asked)
        {
            try
            {
                published += await ResumeAsync(load, ct).ConfigureAwait(false) ? 1 : 0;
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                logger.LogError(fault, "A load whose publishing was interrupted could not be published. It stays as it is; the next try is in {Pause}.", Interval);
                if (isOld && await WithdrawAsync(load).ConfigureAwait(false))
                    logger.LogWarning("It was to be published more than a day ago, and is given up.");
            }
        }

        return published;
    }

    /// <returns>Whether it was published, here and now.</returns>
    private async Task<bool> ResumeAsync(long load, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TryTakeAsync(connection, LockKey(load), ct).ConfigureAwait(false);
        if (held is null || await PublishAskedAsync(connection, load, ct).ConfigureAwait(false) is not { } outcome)
            return false;
        if (!outcome.Succeeded)
            logger.LogWarning("A load whose publishing was interrupted cannot be published any more and is given up: {Reason}", string.Join(' ', outcome.Errors.Select(error => error.Message)));
        return outcome.Succeeded;
    }

    /// <summary>Says of the loads that come by this server that they are on their way, however slowly.</summary>
    internal async Task TouchAsync(CancellationToken ct)
    {
        if (_open.IsEmpty)
            return;
        await using var touch = postgres.CreateCommand("UPDATE staged_load SET touched_at = now() WHERE id = ANY ($1) AND publish_asked_at IS NULL");
        touch.Parameters.Add(new NpgsqlParameter { Value = _open.Keys.ToArray() });
        await touch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>No more rows come for a load.</summary>
    internal void Close(long load) => _open.TryRemove(load, out _);

    internal async Task AddAsync(long load, int ordinal, SeriesBlock rows, long[] owners, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using (var touch = new NpgsqlCommand("UPDATE staged_load SET touched_at = now() WHERE id = $1 AND publish_asked_at IS NULL", connection) { Parameters = { new() { Value = load } } })
        {
            if (await touch.ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 0)
                throw Closed();
        }

        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO staged_block (load_id, ordinal, series, row_count, bytes, owner_ids, payload)
            SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT coalesce(sum(bytes::bigint), 0) FROM staged_block) + $5 <= $8
            """, connection)
        {
            Parameters =
            {
                new() { Value = load }, new() { Value = ordinal }, new() { Value = rows.Table.Name }, new() { Value = rows.Count }, new() { Value = checked((int)rows.Bytes) },
                new() { Value = owners }, new() { Value = rows.ToPayload() }, new() { Value = options.MaxStagedBytes },
            },
        };
        if (await insert.ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 0)
        {
            throw new GraphQLException(new GraphQLError(
                $"More than {options.MaxStagedBytes >> 20} MiB of rows would wait to be published, so no more are taken. Try again when other loads are through, or send the body in parts.",
                ErrorCodes.ResourceExhausted));
        }

        await transaction.CommitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Asks on record that a load be published for a call, and publishes it.</summary>
    /// <exception cref="InDoubtException">It failed, and the load may be published all the same; with any other exception it never is, unless the wait was ended.</exception>
    internal async Task<Outcome<StagedAnswer>> PublishAsync(long load, StagedCall call, CancellationToken ct)
    {
        await flusher.MakeRoomAsync(options, ct).ConfigureAwait(false);
        var mayBeAsked = false;
        try
        {
            await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);

            // Held from before it is asked for until it is published: who resumes loads leaves it alone.
            await using var held = await SessionLock.TakeAsync(connection, LockKey(load), ct).ConfigureAwait(false);
            mayBeAsked = true;
            if (await AskAsync(connection, load, call, ct).ConfigureAwait(false))
                return await PublishAskedAsync(connection, load, ct).ConfigureAwait(false) ?? throw new InvalidOperationException($"The load {load} went away while it was published.");
        }
        catch (Exception fault) when (mayBeAsked && !ct.IsCancellationRequested)
        {
            // Whoever is told that nothing was stored sends it again, so nobody may publish it any more.
            if (await WithdrawAsync(load).ConfigureAwait(false))
                throw;
            throw new InDoubtException(fault);
        }

        throw Closed();
    }

    /// <summary>Records that the load shall be published, and for which call. From here on it is, unless its owners are gone or it is withdrawn.</summary>
    /// <returns>Whether the load was open.</returns>
    internal static async Task<bool> AskAsync(NpgsqlConnection connection, long load, StagedCall call, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE staged_load SET publish_asked_at = now(), row_count = $2, operation = $3, token = $4, payload_hash = $5, column_datasets = $6, column_names = $7, column_types = $8
            WHERE id = $1 AND publish_asked_at IS NULL
            """, connection);
        var p = command.Parameters;
        p.Add(new() { Value = load });
        p.Add(new() { Value = call.Rows });
        p.Add(new() { Value = call.Operation });
        p.Add(new() { Value = (object?)call.Token ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        p.Add(new() { Value = (object?)call.Hash ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        p.Add(new() { Value = call.Columns.Select(column => column.DatasetId).ToArray() });
        p.Add(new() { Value = call.Columns.Select(column => column.Column.Name).ToArray() });
        p.Add(new() { Value = call.Columns.Select(column => column.Column.IsText ? "TEXT" : "NUMBER").ToArray() });
        return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 1;
    }

    /// <summary>Takes a load back that was asked for. Whoever is publishing it is waited for.</summary>
    /// <returns>Whether it was there, and so is not published and never will be. If not it may be published, or may still be.</returns>
    private async Task<bool> WithdrawAsync(long load)
    {
        try
        {
            await using var command = postgres.CreateCommand("DELETE FROM staged_load WHERE id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = load });
            return await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false) == 1;
        }
        catch (Exception fault)
        {
            logger.LogWarning("A load that could not be published could not be taken back either ({Message}). It may be published later.", fault.Message);
            return false;
        }
    }

    internal async Task ForgetAsync(long load)
    {
        await using var command = postgres.CreateCommand("DELETE FROM staged_load WHERE id = $1 AND publish_asked_at IS NULL");
        command.Parameters.Add(new NpgsqlParameter { Value = load });
        await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The one transaction that publishes a load, again while others are in its way.</summary>
    /// <returns>
    /// What came of it, or of an earlier call with its token; errors if its owners are not there, and then the load is gone. Null for a load that somebody else has published.
    /// </returns>
    private async Task<Outcome<StagedAnswer>?> PublishAskedAsync(NpgsqlConnection connection, long load, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryPublishAsync(connection, load, ct).ConfigureAwait(false);
            }
            catch (PostgresException fault) when (attempt < MostAttempts && fault.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Nothing was stored: another transaction was first.
            }
        }
    }

    private async Task<Outcome<StagedAnswer>?> TryPublishAsync(NpgsqlConnection connection, long load, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        if (await TakeAsync(connection, load, ct).ConfigureAwait(false) is not var (caller, call))
            return null;
        await TrackingStore.SetActorAsync(connection, caller, ct).ConfigureAwait(false);
        var first = call.Token is null ? null : await ClaimAsync(connection, caller, call, ct).ConfigureAwait(false);
        var published = new Published();
        var outcome = first is null ? await PublishAsync(connection, load, call, published, ct).ConfigureAwait(false) : ClientTokens.Recall<StagedAnswer>(first, call.Token!, call.Hash!);
        if (first is null && call.Token is not null)
        {
            // What failed is not remembered: the same call may succeed another time.
            await using var remember = new NpgsqlBatch(connection);
            remember.BatchCommands.Add(outcome.Succeeded
                ? ClientTokens.Answer(caller, call.Operation, call.Token, JsonSerializer.Serialize(outcome.Value))
                : ClientTokens.Release(caller, call.Operation, call.Token));
            await remember.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        await using (var done = new NpgsqlCommand("DELETE FROM staged_load WHERE id = $1", connection) { Parameters = { new() { Value = load } } })
            await done.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
        flusher.NoteLogged(published.Bytes);
        Tell(published);
        return outcome;
    }

    private static async Task<TokenRecord?> ClaimAsync(NpgsqlConnection connection, Caller caller, StagedCall call, CancellationToken ct)
    {
        try
        {
            return await ClientTokens.ClaimAsync(connection, caller, call.Operation, call.Token!, call.Hash!, ct).ConfigureAwait(false);
        }
        catch (NpgsqlException fault) when (fault.InnerException is TimeoutException)
        {
            // An earlier request with the token is still being published: this one's load is not stored, and that one's may be.
            throw new InDoubtException(fault);
        }
    }

    /// <summary>Says that there is more to read: what a load has is too much to be sent along.</summary>
    private void Tell(Published published)
    {
        foreach (var (run, seq) in published.Runs)
            topics.Publish(LiveTopics.PointsOf(run), new LoggedPoints(run, seq, []));
        foreach (var job in published.Jobs)
            topics.Publish(LiveTopics.RuntimeOf(job), new LoggedRuntime(job));
    }

    private async Task<Outcome<StagedAnswer>> PublishAsync(NpgsqlConnection connection, long load, StagedCall call, Published published, CancellationToken ct)
    {
        var wrong = await StagedOwners.LockAsync(connection, load, ct).ConfigureAwait(false);
        if (wrong.Count == 0)
            wrong = await StagedColumns.AddAsync(connection, call.Columns, ct).ConfigureAwait(false);
        if (wrong.Count > 0)
            return Outcome.Failed<StagedAnswer>(wrong);
        var moved = await MoveRowsAsync(connection, load, published, ct).ConfigureAwait(false);
        var added = await new StagedPoints(connection, flusher, load, options).PublishAsync(published, ct).ConfigureAwait(false);
        return Outcome.Of(new StagedAnswer(call.Rows, moved + added));
    }

    private static async Task<(Caller Caller, StagedCall Call)?> TakeAsync(NpgsqlConnection connection, long load, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            "SELECT caller, row_count, operation, token, payload_hash, column_datasets, column_names, column_types FROM staged_load WHERE id = $1 FOR UPDATE", connection)
        { Parameters = { new() { Value = load } } };
        await using var reader = await take.ExecuteReaderAsync(ct).ConfigureAwait(false);
        if (!await reader.ReadAsync(ct).ConfigureAwait(false))
            return null;
        var (caller, datasets, names, types) = (reader.GetString(0), reader.GetFieldValue<long[]>(5), reader.GetFieldValue<string[]>(6), reader.GetFieldValue<string[]>(7));
        return (
            new Caller(caller.Length > 0 ? caller : null),
            new StagedCall(
                reader.GetInt64(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
                [.. datasets.Select((dataset, i) => new StagedColumn(dataset, new ColumnInput(names[i], types[i] == "TEXT")))]));
    }

    private static GraphQLException Closed() =>
        new(new GraphQLError("The load is not open any more: it was published, or forgotten because its server said nothing of it for ten minutes. Begin a new one.", ErrorCodes.Conflict));

    /// <summary>What whoever publishes a load holds meanwhile.</summary>
    internal static long LockKey(long load) => FirstLockKey + load;

    /// <summary>Rows that replace others by version need nothing but a group each: later blocks have later ones.</summary>
    /// <returns>How many they are.</returns>
    private async Task<long> MoveRowsAsync(NpgsqlConnection connection, long load, Published published, CancellationToken ct)
    {
        await using var move = new NpgsqlCommand(
            """
            WITH moved AS (
                INSERT INTO point_log (group_id, series, points, bytes, run_ids, payload, load_id)
                SELECT nextval('point_group_id'), series, row_count, bytes, '{}', payload, $1
                FROM (SELECT * FROM staged_block WHERE load_id = $1 AND series <> 'metric_point' ORDER BY ordinal) b
                RETURNING points, bytes)
            SELECT coalesce(sum(points), 0)::bigint, coalesce(sum(bytes), 0)::bigint,
                (SELECT coalesce(array_agg(DISTINCT job), '{}') FROM staged_block, unnest(owner_ids) AS job WHERE load_id = $1 AND series = 'job_runtime')
            FROM moved
            """, connection)
        { CommandTimeout = (int)Math.Ceiling(options.PublishTimeout.TotalSeconds), Parameters = { new() { Value = load } } };
        await using var reader = await move.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        published.Bytes += reader.GetInt64(1);
        published.Jobs = reader.GetFieldValue<long[]>(2);
        return reader.GetInt64(0);
    }

    private async Task RunAsync(Func<CancellationToken, Task> work, string failure, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct).ConfigureAwait(false);
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                logger.LogError(fault, "{Failure} The next try is in {Pause}.", failure, Interval);
            }

            await Task.Delay(Interval, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
