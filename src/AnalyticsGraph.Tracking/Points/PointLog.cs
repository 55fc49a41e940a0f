using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>
/// Adds points, params, tags, epochs, batches and results to runs. Batches of concurrent callers are joined into groups: while one group commits, the next one gathers, so that nobody waits for the
/// sake of joining. A group is one PostgreSQL transaction, and its commit acknowledges all of its batches; each batch is accepted or refused on its own.
/// </summary>
public sealed class PointLog : IAsyncDisposable
{
    // Less than most callers have.
    private static readonly TimeSpan HeldPatience = TimeSpan.FromSeconds(20);

    private readonly NpgsqlDataSource _postgres;
    private readonly GroupCommit _commit;
    private readonly PointLogOptions _options;
    private readonly ILogger _logger;
    private readonly Channel<PendingBatch> _queue = Channel.CreateBounded<PendingBatch>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.Wait });
    private readonly ConcurrentDictionary<Task, bool> _work = new();
    private readonly SemaphoreSlim _lateTurns = new(4);
    private readonly SemaphoreSlim _heldTurns = new(8);
    private readonly Lock _gathering = new();

    // That of the log: a group is nobody's alone, so nothing of the request that began it is seen in it.
    private readonly ExecutionContext _context = ExecutionContext.Capture()!;
    private int _committing;
    private long _toldAway = long.MinValue / 2;

    /// <summary>A log.</summary>
    /// <param name="postgres">The source of truth.</param>
    /// <param name="flusher">Where acknowledged points go next.</param>
    /// <param name="topics">Told of what was committed.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="logger">For faults that no caller sees.</param>
    public PointLog(NpgsqlDataSource postgres, PointFlusher flusher, ITopicEvents topics, PointLogOptions options, ILogger<PointLog> logger)
    {
        (_postgres, _options, _logger) = (postgres, options, logger);
        _commit = new GroupCommit(postgres, flusher, topics, options);
    }

    /// <summary>Adds a batch to its run. When the task ends without errors, all of it is stored safely and seen by every later read.</summary>
    /// <param name="request">The batch.</param>
    /// <param name="caller">Who adds it.</param>
    /// <param name="ct">Ends the wait; a batch that is already being committed may still be stored.</param>
    /// <returns>How many points were new; or all that is wrong with the batch.</returns>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.ResourceExhausted"/> when too many points wait for ClickHouse, <see cref="ErrorCodes.StoreUnavailable"/>
    /// when PostgreSQL cannot be reached (the same batch can then be sent again: points, params and tags are taken once).</exception>
    public Task<Outcome<LogBatchResult>> LogBatchAsync(LogBatchRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LogAsync(RunBatch.Of(request), BatchRules.Check(request), caller, ct);
    }

    /// <summary>Adds points to several runs, all or none; as <see cref="LogBatchAsync"/> else.</summary>
    /// <param name="request">The points by run.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; what is already being committed may still be stored.</param>
    /// <returns>How many points were new; or all that is wrong.</returns>
    public Task<Outcome<LogBatchResult>> LogMetricsAsync(LogMetricsRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LogAsync(RunBatch.Of(request), BatchRules.Check(request), caller, ct);
    }

    /// <summary>Adds or replaces epochs with their metrics; as <see cref="LogBatchAsync"/> else. A value that differs from what is there counts from now on; others stay.</summary>
    /// <param name="request">The epochs.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; what is already being committed may still be stored.</param>
    /// <returns>How many values were new or others than before; or all that is wrong.</returns>
    public Task<Outcome<LogBatchResult>> LogEpochsAsync(LogEpochsRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LogAsync(RunBatch.Of(request), BatchRules.Check(request), caller, ct);
    }

    /// <summary>Adds or replaces batches of epochs with their metrics; as <see cref="LogEpochsAsync"/> else.</summary>
    /// <param name="request">The batches.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; what is already being committed may still be stored.</param>
    /// <returns>How many values were new or others than before; or all that is wrong.</returns>
    public Task<Outcome<LogBatchResult>> LogBatchesAsync(LogBatchesRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LogAsync(RunBatch.Of(request), BatchRules.Check(request), caller, ct);
    }

    /// <summary>Adds or replaces a run's results with their metrics; as <see cref="LogEpochsAsync"/> else.</summary>
    /// <param name="request">The results.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; what is already being committed may still be stored.</param>
    /// <returns>How many values were new or others than before; or all that is wrong.</returns>
    public Task<Outcome<LogBatchResult>> LogResultsAsync(LogResultsRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LogAsync(RunBatch.Of(request), BatchRules.Check(request), caller, ct);
    }

    private async Task<Outcome<LogBatchResult>> LogAsync(RunBatch batch, InputRules rules, Caller caller, CancellationToken ct)
    {
        if (rules.Errors.Count > 0)
        {
            // What contradicts the runs' state is told beside the rest, so that a caller can mend all at once.
            await using var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
            (await GroupState.ReadAsync(connection, caller, [Askable(batch)], RunLocks.None, ct).ConfigureAwait(false)).Check(batch, rules);
            return Outcome.Failed<LogBatchResult>(rules.Errors);
        }

        return await LogAsync(batch, caller, ct).ConfigureAwait(false);
    }

    /// <summary>Adds a batch that keeps to all rules; what contradicts the runs' state is told.</summary>
    internal async Task<Outcome<LogBatchResult>> LogAsync(RunBatch batch, Caller caller, CancellationToken ct)
    {
        var pending = new PendingBatch(batch.Hashed(), caller, ct);
        await _queue.Writer.WriteAsync(pending, ct).ConfigureAwait(false);
        CommitInTurn();
        return await pending.Completion.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    // PostgreSQL holds no U+0000, not even in a question: what has one is wrong already, and cannot contradict anything stored.
    private static RunBatch Askable(RunBatch batch) => batch with
    {
        Points = new PointColumns(),
        Parts = [.. batch.Parts.Select(part => part with { Params = [.. part.Params.Where(param => !HasNul(param.Key))] })],
        ClientToken = null,
    };

    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);

    /// <summary>Commits what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        while (!_work.IsEmpty)
            await Task.WhenAll(_work.Keys).ConfigureAwait(false);
        _lateTurns.Dispose();
        _heldTurns.Dispose();
    }

    /// <summary>
    /// Whoever brings a batch begins to commit it, on the thread that it came on: for a lone writer that spares the wake of another one. While as many as may be are at it, the
    /// batch waits for them: each looks for more when it is done.
    /// </summary>
    private void CommitInTurn()
    {
        for (var committing = Volatile.Read(ref _committing); committing < _options.Committers; committing = Volatile.Read(ref _committing))
        {
            if (Interlocked.CompareExchange(ref _committing, committing + 1, committing) != committing)
                continue;
            ExecutionContext.Run(_context, _ => Track(CommitGroupsAsync()), null);
            return;
        }
    }

    private void Track(Task work)
    {
        if (work.IsCompleted)
            return;
        _work.TryAdd(work, true);
        _ = work.ContinueWith(done => _work.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task CommitGroupsAsync()
    {
        var group = new List<PendingBatch>();
        while (_queue.Reader.TryPeek(out _))
        {
            Gather(group);
            if (group.Count > 0)
                await CommitAsync(group, withLate: false).ConfigureAwait(false);
        }

        // What came since the last look was left to whoever was committing then.
        Interlocked.Decrement(ref _committing);
        if (_queue.Reader.TryPeek(out _))
            CommitInTurn();
    }

    // One caller to a group: the history says who changed a tag by the transaction's actor. What is looked at is what is taken, so nobody gathers beside.
    private void Gather(List<PendingBatch> group)
    {
        lock (_gathering)
        {
            group.Clear();
            var points = 0;
            while (group.Count < _options.MaxGroupBatches && points < _options.MaxGroupPoints && _queue.Reader.TryPeek(out var next)
                && (group.Count == 0 || next.Caller == group[0].Caller) && _queue.Reader.TryRead(out next))
            {
                if (next.Cancellation.IsCancellationRequested)
                {
                    next.Completion.TrySetCanceled(next.Cancellation);
                    continue;
                }

                group.Add(next);
                points += next.Batch.Points.Count;
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<PendingBatch> group, bool withLate)
    {
        var leavesOut = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcomes = await _commit.CommitAsync(group[0].Caller, [.. group.Select(pending => pending.Batch)], withLate, leavesOut, group.Select(batch => batch.Asker).Where(asker => asker != default)).ConfigureAwait(false);
                for (var i = 0; i < group.Count; i++)
                {
                    if (outcomes[i] is { } outcome)
                        group[i].Completion.TrySetResult(outcome);
                }

                PendingBatch[] left = [.. group.Where((_, i) => outcomes[i] is null)];
                if (leavesOut)
                    CommitHeld(left);
                else
                    CommitLate(left);
                return;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable && (group.Count > 1 || group[0].MayWait))
            {
                // Nothing was stored: somebody holds a run of one of them for long, such as a body that is being published. The others shall not wait for it.
                if (leavesOut || group.Count == 1)
                {
                    CommitHeld(group);
                    return;
                }

                leavesOut = true;
            }
            catch (Exception fault) when (attempt < 5 && fault is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } or GroupConflictException)
            {
                // Nothing was stored: another transaction was first. Decide anew.
            }
            catch (Exception fault) when (group.Count > 1 && fault is GraphQLException or PostgresException { IsTransient: false })
            {
                // One batch has what a store refuses, or needs what is not there. Its neighbours shall not suffer for it.
                foreach (var batch in group)
                    await CommitAsync([batch], withLate).ConfigureAwait(false);
                return;
            }
            catch (Exception fault)
            {
                foreach (var batch in group)
                    batch.Completion.TrySetException(AsError(fault));
                return;
            }
        }
    }

    /// <summary>Batches with late points (not after their series' last) wait for ClickHouse, so they go beside the queue: nobody else waits with them.</summary>
    private void CommitLate(IReadOnlyList<PendingBatch> late)
    {
        if (late.Count > 0)
            CommitBeside(late, _lateTurns);
    }

    /// <summary>Batches of runs that somebody else holds go beside the queue, too, each alone and in turn, until their patience ends.</summary>
    private void CommitHeld(IEnumerable<PendingBatch> held)
    {
        foreach (var batch in held)
            CommitBeside([batch], _heldTurns);
    }

    private void CommitBeside(IReadOnlyList<PendingBatch> group, SemaphoreSlim turns) => Track(Task.Run(async () =>
    {
        await turns.WaitAsync().ConfigureAwait(false);
        try
        {
            if (group is [{ Cancellation: { IsCancellationRequested: true } ended } alone])
                alone.Completion.TrySetCanceled(ended);
            else
                await CommitAsync(group, withLate: true).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }));

    private Exception AsError(Exception fault)
    {
        if (fault is GraphQLException)
            return fault;
        var isAway = PostgresAbsence.IsCause(fault);
        if (!isAway)
            _logger.LogError(fault, "A group of batches could not be committed.");
        else if (Environment.TickCount64 - Interlocked.Exchange(ref _toldAway, Environment.TickCount64) > 5000)
            _logger.LogWarning("{Reason} ({Message}); batches are refused until then.", PostgresAbsence.Reason(fault), fault.Message);
        return isAway
            ? new GraphQLException(
                new GraphQLError($"{PostgresAbsence.Outcome("The batch", fault)} Send it again; what is already there is taken once.", ErrorCodes.StoreUnavailable), fault)
            : fault;
    }

    private sealed record PendingBatch(RunBatch Batch, Caller Caller, CancellationToken Cancellation)
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        // A group is nobody's alone: its span has links to those who wait for it.
        public ActivityContext Asker { get; } = TrackingTelemetry.Source.HasListeners() ? Activity.Current?.Context ?? default : default;

        public TaskCompletionSource<Outcome<LogBatchResult>> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool MayWait => Stopwatch.GetElapsedTime(_start) < HeldPatience;
    }
}

/// <summary>Another transaction used a client token of the group first.</summary>
internal sealed class GroupConflictException : Exception;
