using System.Diagnostics;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>The transaction that acknowledges a group of batches.</summary>
internal sealed class GroupCommit(NpgsqlDataSource postgres, PointFlusher flusher, ITopicEvents topics, PointLogOptions options)
{
    private static readonly HashSet<MetricPoint> NoPoints = [];

    /// <summary>Decides on each batch in order, and stores what was accepted.</summary>
    /// <param name="caller">Whose batches they are.</param>
    /// <param name="batches">The batches.</param>
    /// <param name="withLate">Whether to take batches with points that ClickHouse must be asked about; that can take as long as ClickHouse does.</param>
    /// <param name="askers">The traced requests that wait for the batches.</param>
    /// <returns>One outcome for each batch; null for those that were left out as late.</returns>
    /// <exception cref="GroupConflictException">Nothing was stored; try again.</exception>
    public async Task<IReadOnlyList<Outcome<LogBatchResult>?>> CommitAsync(Caller caller, IReadOnlyList<LogBatchRequest> batches, bool withLate, IEnumerable<ActivityContext> askers)
    {
        if (flusher.PendingBytes > options.MaxPendingBytes && batches.Any(batch => batch.Metrics.Count > 0))
        {
            throw new GraphQLException(new GraphQLError(
                $"More than {options.MaxPendingBytes >> 20} MiB of points wait for ClickHouse, so no more are taken. Try again later; if this lasts, see whether ClickHouse is up.",
                ErrorCodes.ResourceExhausted));
        }

        using var span = CommitSpan.Begin(batches.Count, askers);
        await using var connection = await postgres.OpenConnectionAsync().ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        var state = await GroupState.ReadAsync(connection, caller, batches, forWriting: true, CancellationToken.None).ConfigureAwait(false);
        var now = DateTimeOffset.UtcNow;
        var doubtful = batches.Select(batch => Doubtful(state, batch, now)).ToArray();
        var work = new GroupWork(state, withLate ? await FindPresentAsync([.. doubtful.SelectMany(points => points)]).ConfigureAwait(false) : NoPoints, run => topics.MayHaveSubscribers(LiveTopics.PointsOf(run)), now);
        var outcomes = batches.Select((batch, i) => withLate || doubtful[i].Count == 0 ? work.Take(batch) : null).ToArray();
        if (work.HasChanges)
        {
            await WriteAsync(connection, caller, work).ConfigureAwait(false);
            await transaction.CommitAsync().ConfigureAwait(false);
            if (work.Block.Count > 0)
                flusher.NoteLogged(work.Block.Bytes);
            span.Commit(work.Block.Count);
            Tell(work);
        }

        return outcomes;
    }

    private void Tell(GroupWork work)
    {
        foreach (var run in work.ChangedRuns)
            topics.Publish(LiveTopics.RunsOf(work.State.Runs[run].ExperimentId), new RunChange(run));
        foreach (var (run, points) in work.HeardPoints)
            topics.Publish(LiveTopics.PointsOf(run), new LivePoints(run, points));
    }

    /// <summary>The points of a batch that may be stored already: one later than its series' last cannot be.</summary>
    private static List<(long ExperimentId, MetricPoint Point)> Doubtful(GroupState state, LogBatchRequest batch, DateTimeOffset now)
    {
        var doubtful = new List<(long, MetricPoint)>();
        if (!state.Runs.TryGetValue(batch.RunId, out var run))
            return doubtful;
        foreach (var metric in batch.Metrics)
        {
            var point = GroupWork.PointOf(batch, metric, now);
            if (state.Summaries.TryGetValue(point.Series, out var summary) && point.Point.Position <= summary.Last.Position)
                doubtful.Add((run.ExperimentId, point));
        }

        return doubtful;
    }

    /// <summary>Which of the points are stored: the log is flushed, and ClickHouse asked. Nobody can add to these series meanwhile: their runs' counters are locked.</summary>
    private async Task<IReadOnlySet<MetricPoint>> FindPresentAsync(List<(long ExperimentId, MetricPoint Point)> doubtful)
    {
        if (doubtful.Count == 0)
            return NoPoints;
        await flusher.FlushRunsAsync([.. doubtful.Select(d => d.Point.Series.RunId).Distinct()], CancellationToken.None).ConfigureAwait(false);
        return await flusher.FindAsync(doubtful, CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Caller caller, GroupWork work)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (work.Block.Count > 0)
        {
            batch.BatchCommands.Add(PointLogRows.Insert(work.State.GroupId, work.Block, work.RunsWithPoints));
            batch.BatchCommands.Add(RunMetricRows.Write(work.ChangedSummaries));
            batch.BatchCommands.Add(new("UPDATE run_counter SET seq = v.seq FROM unnest($1, $2) AS v (run_id, seq) WHERE run_counter.run_id = v.run_id")
            {
                Parameters =
                {
                    new() { Value = work.RunsWithPoints }, new() { Value = work.RunsWithPoints.Select(run => work.State.Runs[run].Seq).ToArray() },
                },
            });
        }

        AddParamsAndTags(batch, work);
        var tokens = work.NewTokens;
        if (tokens.Count > 0)
        {
            batch.BatchCommands.Add(new(
                """
                INSERT INTO idempotency (caller, operation, token, payload_hash, answer)
                SELECT $1, 'logBatch', t.token, t.hash, t.answer::jsonb FROM unnest($2, $3, $4) AS t (token, hash, answer) ORDER BY t.token
                ON CONFLICT (caller, operation, token) DO UPDATE SET payload_hash = EXCLUDED.payload_hash, answer = EXCLUDED.answer, created_at = now()
                    WHERE idempotency.created_at < now() - interval '24 hours'
                """)
            {
                Parameters =
                {
                    new() { Value = caller.Name ?? "" }, new() { Value = tokens.Select(t => t.Token).ToArray() }, new() { Value = tokens.Select(t => t.Record.Hash).ToArray() },
                    new() { Value = tokens.Select(t => t.Record.Answer).ToArray() },
                },
            });
        }

        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        if (tokens.Count > 0 && batch.BatchCommands[^1].RecordsAffected != tokens.Count)
            throw new GroupConflictException();
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
        if (work.Tags.Any(tag => tag.Key.Key is "mlflow.runName" or "mlflow.parentRunId"))
        {
            batch.BatchCommands.Add(Pairs(
                """
                UPDATE run SET name = coalesce(t.name, run.name), parent_id = coalesce(t.parent_id, run.parent_id)
                FROM (
                    SELECT t.run_id, max(t.value) FILTER (WHERE t.key = 'mlflow.runName') AS name, max(parent.id) AS parent_id
                    FROM unnest($1, $2, $3) AS t (run_id, key, value) JOIN run child ON child.id = t.run_id
                        LEFT JOIN run parent ON t.key = 'mlflow.parentRunId' AND parent.uuid = t.value AND parent.source = child.source AND parent.id <> child.id
                    WHERE t.key IN ('mlflow.runName', 'mlflow.parentRunId') GROUP BY t.run_id) t
                WHERE run.id = t.run_id AND (run.name, run.parent_id) IS DISTINCT FROM (coalesce(t.name, run.name), coalesce(t.parent_id, run.parent_id))
                """, work.Tags));
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
