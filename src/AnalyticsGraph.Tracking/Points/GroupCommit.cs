using System.Diagnostics;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Entities;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>The transaction that acknowledges a group of batches.</summary>
internal sealed class GroupCommit(NpgsqlDataSource postgres, PointFlusher flusher, ITopicEvents topics, PointLogOptions options)
{
    /// <summary>Decides on each batch in order, and stores what was accepted.</summary>
    /// <param name="caller">Whose batches they are.</param>
    /// <param name="batches">The batches.</param>
    /// <param name="withLate">Whether to take batches with points that ClickHouse must be asked about; that can take as long as ClickHouse does.</param>
    /// <param name="leavesOut">Whether to leave out batches of runs that somebody else holds; else that is an error of PostgreSQL, soon.</param>
    /// <param name="askers">The traced requests that wait for the batches.</param>
    /// <returns>One outcome for each batch; null for those that were left out.</returns>
    /// <exception cref="GroupConflictException">Nothing was stored; try again.</exception>
    public async Task<IReadOnlyList<Outcome<LogBatchResult>?>> CommitAsync(Caller caller, IReadOnlyList<RunBatch> batches, bool withLate, bool leavesOut, IEnumerable<ActivityContext> askers)
    {
        if (batches.Any(batch => batch.Points.Count > 0 || batch.Parts.Any(part => part.Epochs.Count + part.Batches.Count > 0)))
            flusher.RequireRoom(options);

        using var span = CommitSpan.Begin(batches.Count, askers);
        await using var connection = await postgres.OpenConnectionAsync().ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        var state = await GroupState.ReadAsync(connection, caller, batches, leavesOut ? RunLocks.LeaveOut : RunLocks.WaitShortly, CancellationToken.None).ConfigureAwait(false);
        var now = DateTimeOffset.UtcNow;
        var doubtful = batches.Select(batch => leavesOut && !state.HasRuns(batch) ? null : Doubtful(state, batch, now.ToUnixTimeMilliseconds())).ToArray();

        // Nobody can add to these series meanwhile: their runs' counters are locked.
        var present = withLate ? await flusher.FindAsync([.. doubtful.SelectMany(points => points ?? [])], CancellationToken.None).ConfigureAwait(false) : new PresentPoints();
        var work = new GroupWork(state, present, run => topics.MayHaveSubscribers(LiveTopics.PointsOf(run)), now, batches.Sum(batch => batch.Points.Count));
        var outcomes = batches.Select((batch, i) => doubtful[i] is { } late && (withLate || late.Count == 0) ? work.Take(batch) : null).ToArray();
        if (work.HasChanges)
        {
            var blocks = work.Blocks().ToArray();
            await WriteAsync(connection, caller, work, blocks).ConfigureAwait(false);
            flusher.NoteLogged(blocks.Sum(block => block.Bytes));
            span.Commit(blocks.Sum(block => block.Count));
            Tell(work);
        }

        return outcomes;
    }

    private void Tell(GroupWork work)
    {
        foreach (var runs in work.ChangedRuns.GroupBy(run => work.State.Runs[run].ExperimentId))
            topics.Publish(LiveTopics.RunsOf(runs.Key), new ChangedRuns([.. runs]));
        foreach (var run in work.RunsWithPoints)
            topics.Publish(LiveTopics.PointsOf(run), new LoggedPoints(run, work.State.Runs[run].Seq, work.HeardPoints.GetValueOrDefault(run) ?? []));
    }

    /// <summary>
    /// The points of a batch that may be stored already: one later than its series' last cannot be. One that corrects may meet others at its place. None of a batch that is known
    /// by its token, or by its points.
    /// </summary>
    internal static List<(long ExperimentId, MetricPoint Point)> Doubtful(GroupState state, RunBatch batch, long now)
    {
        var doubtful = new List<(long, MetricPoint)>();
        if ((batch.ClientToken is { } token && state.Tokens.ContainsKey((batch.Operation, token))) || state.IsRepeated(batch))
            return doubtful;
        var (points, series) = (batch.Points, batch.Points.Series);

        // A point is doubtful up to the end of its series, if that has one.
        var ends = new PointPosition?[series.Count];
        for (var i = 0; i < ends.Length; i++)
            ends[i] = state.Summaries.TryGetValue(series[i], out var summary) ? summary.Last.Position : null;
        for (var i = 0; i < points.Count; i++)
        {
            if (ends[points.SeriesOf[i]] is not { } end)
                continue;
            var (key, point) = (series[points.SeriesOf[i]], points.At(i, now));
            var earliest = batch.Corrects ? point.Position with { Time = long.MinValue } : point.Position;
            if (earliest <= end)
                doubtful.Add((state.Runs[key.RunId].ExperimentId, new MetricPoint(key, point)));
        }

        return doubtful;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Caller caller, GroupWork work, IReadOnlyList<SeriesBlock> blocks)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var block in blocks)
            batch.BatchCommands.Add(PointLogRows.Insert(work.State.GroupId, block, block == work.Points ? work.RunsWithPoints : []));
        if (work.Points.Count > 0)
        {
            batch.BatchCommands.Add(RunMetricRows.Write(work.ChangedSummaries));
            batch.BatchCommands.Add(RunCounterRows.Write(work.RunsWithPoints, work.State));
        }

        AddParamsAndTags(batch, work);
        if (work.Results.Count > 0)
        {
            batch.BatchCommands.Add(new(
                """
                INSERT INTO results (run_id, time) SELECT * FROM unnest($1, $2)
                ON CONFLICT (run_id) DO UPDATE SET time = EXCLUDED.time, lifecycle_stage = 'ACTIVE', deletion = NULL
                    WHERE (results.time, results.lifecycle_stage) IS DISTINCT FROM (EXCLUDED.time, 'ACTIVE')
                """)
            {
                Parameters =
                {
                    new() { Value = work.Results.Keys.ToArray() },
                    new() { Value = work.Results.Values.Select(time => time.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                },
            });
        }

        var tokens = work.NewTokens;
        if (tokens.Count > 0)
        {
            batch.BatchCommands.Add(new(
                """
                INSERT INTO idempotency (caller, operation, token, payload_hash, answer)
                SELECT $1, t.operation, t.token, t.hash, t.answer::jsonb FROM unnest($2, $3, $4, $5) AS t (operation, token, hash, answer) ORDER BY t.operation, t.token
                ON CONFLICT (caller, operation, token) DO UPDATE SET payload_hash = EXCLUDED.payload_hash, answer = EXCLUDED.answer, created_at = now()
                    WHERE idempotency.created_at < now() - interval '24 hours'
                """)
            {
                Parameters =
                {
                    new() { Value = caller.Name ?? "" }, new() { Value = tokens.Select(t => t.Operation).ToArray() }, new() { Value = tokens.Select(t => t.Token).ToArray() }, new() { Value = tokens.Select(t => t.Record.Hash).ToArray() },
                    new() { Value = tokens.Select(t => t.Record.Answer).ToArray() },
                },
            });
        }

        // The commit goes along, unless something is to be seen before.
        var commit = new NpgsqlBatchCommand("COMMIT");
        if (tokens.Count == 0)
            batch.BatchCommands.Add(commit);
        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        if (tokens.Count == 0)
            return;
        if (batch.BatchCommands[^1].RecordsAffected != tokens.Count)
            throw new GroupConflictException();
        await using var last = new NpgsqlBatch(connection) { BatchCommands = { commit } };
        await last.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static void AddParamsAndTags(NpgsqlBatch batch, GroupWork work)
    {
        if (work.NewParams.Count > 0)
            batch.BatchCommands.Add(Pairs("INSERT INTO run_param (run_id, key, value) SELECT * FROM unnest($1, $2, $3)", work.NewParams));
        if (work.Tags.Count == 0)
            return;
        batch.BatchCommands.Add(Pairs(
            """
            INSERT INTO run_tag (run_id, key, value) SELECT * FROM unnest($1, $2, $3)
            ON CONFLICT (run_id, key) DO UPDATE SET value = EXCLUDED.value WHERE run_tag.value IS DISTINCT FROM EXCLUDED.value
            """, work.Tags));

        // Tags that mirror a column of the run, as MLflow's clients use them.
        var names = work.Tags.Where(tag => tag.Key.Key == RunTags.Name).ToDictionary();
        if (names.Count > 0)
        {
            batch.BatchCommands.Add(Pairs(
                "UPDATE run SET name = t.value FROM unnest($1, $2, $3) AS t (run_id, key, value) WHERE run.id = t.run_id AND run.name IS DISTINCT FROM t.value", names));
        }

        foreach (var (tag, uuid) in work.Tags.Where(tag => tag.Key.Key == RunTags.Parent))
        {
            foreach (var statement in RunTags.SetParent(tag.RunId, uuid))
                batch.BatchCommands.Add(statement.ToCommand());
        }
    }

    private static NpgsqlBatchCommand Pairs(string sql, IReadOnlyDictionary<(long RunId, string Key), string> pairs) => new(sql)
    {
        Parameters =
        {
            new() { Value = pairs.Keys.Select(key => key.RunId).ToArray() }, new() { Value = pairs.Keys.Select(key => key.Key).ToArray() },
            new() { Value = pairs.Values.ToArray() },
        },
    };
}
