using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>The transaction that acknowledges a group of batches.</summary>
internal sealed class GroupCommit(NpgsqlDataSource postgres, PointFlusher flusher, PointLogOptions options)
{
    /// <summary>Decides on each batch in order, and stores what was accepted.</summary>
    /// <returns>One outcome for each batch.</returns>
    /// <exception cref="GroupConflictException">Nothing was stored; try again.</exception>
    public async Task<IReadOnlyList<Outcome<LogBatchResult>>> CommitAsync(Caller caller, IReadOnlyList<LogBatchRequest> batches)
    {
        if (flusher.PendingBytes > options.MaxPendingBytes && batches.Any(batch => batch.Metrics.Count > 0))
        {
            throw new GraphQLException(new GraphQLError(
                $"More than {options.MaxPendingBytes >> 20} MiB of points wait for ClickHouse, so no more are taken. Try again later; if this lasts, see whether ClickHouse is up.",
                ErrorCodes.ResourceExhausted));
        }

        await using var connection = await postgres.OpenConnectionAsync().ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        var state = await GroupState.ReadAsync(connection, caller, batches, forWriting: true, CancellationToken.None).ConfigureAwait(false);
        var now = DateTimeOffset.UtcNow;
        var work = new GroupWork(state, await FindPresentAsync(state, batches, now).ConfigureAwait(false), now);
        Outcome<LogBatchResult>[] outcomes = [.. batches.Select(work.Take)];
        if (work.HasChanges)
        {
            await WriteAsync(connection, caller, work).ConfigureAwait(false);
            await transaction.CommitAsync().ConfigureAwait(false);
            if (work.Block.Count > 0)
                flusher.NoteLogged(work.Block.Bytes);
        }

        return outcomes;
    }

    /// <summary>
    /// The points of the batches that are stored already. A point later than its series' last cannot be; only for the others the log is flushed and ClickHouse is asked.
    /// Nobody can add to these series meanwhile: their runs' counters are locked.
    /// </summary>
    private async Task<IReadOnlySet<MetricPoint>> FindPresentAsync(GroupState state, IReadOnlyList<LogBatchRequest> batches, DateTimeOffset now)
    {
        var doubtful = new List<(long ExperimentId, MetricPoint Point)>();
        foreach (var batch in batches)
        {
            if (!state.Runs.TryGetValue(batch.RunId, out var run))
                continue;
            foreach (var metric in batch.Metrics)
            {
                var point = GroupWork.PointOf(batch, metric, now);
                if (state.Summaries.TryGetValue(point.Series, out var summary) && point.Point.Position <= summary.Last.Position)
                    doubtful.Add((run.ExperimentId, point));
            }
        }

        if (doubtful.Count == 0)
            return new HashSet<MetricPoint>();
        await flusher.FlushRunsAsync([.. doubtful.Select(d => d.Point.Series.RunId).Distinct()], CancellationToken.None).ConfigureAwait(false);
        return await flusher.Points.FindAsync(doubtful, CancellationToken.None).ConfigureAwait(false);
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

/// <summary>What a group comes to while its batches are taken one by one.</summary>
internal sealed class GroupWork(GroupState state, IReadOnlySet<MetricPoint> present, DateTimeOffset now)
{
    private readonly HashSet<MetricPoint> _added = [];
    private readonly Dictionary<SeriesKey, SeriesSummary> _changed = [];
    private readonly SortedSet<long> _runs = [];

    public GroupState State { get; } = state;

    public PointBlock Block { get; } = new();

    public IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> ChangedSummaries => [.. _changed];

    public long[] RunsWithPoints => [.. _runs];

    public Dictionary<(long RunId, string Key), string> NewParams { get; } = [];

    public Dictionary<(long RunId, string Key), string> Tags { get; } = [];

    public List<(string Token, TokenRecord Record)> NewTokens { get; } = [];

    public bool HasChanges => Block.Count > 0 || NewParams.Count > 0 || Tags.Count > 0 || NewTokens.Count > 0;

    public static MetricPoint PointOf(LogBatchRequest batch, MetricInput metric, DateTimeOffset now) => new(
        GroupState.SeriesOf(batch, metric),
        new SeriesPoint(new PointPosition(metric.Epoch, metric.Step, (metric.Time ?? now).ToUnixTimeMilliseconds()), metric.Value));

    /// <summary>Accepts or refuses a batch.</summary>
    public Outcome<LogBatchResult> Take(LogBatchRequest batch)
    {
        var hash = batch.ClientToken is null ? [] : ClientTokens.Hash(batch);
        if (batch.ClientToken is { } used && State.Tokens.TryGetValue(used, out var first))
        {
            return first.Hash.AsSpan().SequenceEqual(hash)
                ? Outcome.Of(JsonSerializer.Deserialize<LogBatchResult>(first.Answer)!)
                : Outcome.Failed<LogBatchResult>(ClientTokens.Conflict(used));
        }

        var rules = new InputRules();
        State.Check(batch, rules);
        if (rules.Errors.Count > 0)
            return Outcome.Failed<LogBatchResult>(rules.Errors);
        foreach (var param in batch.Params)
        {
            if (State.Params.TryAdd((batch.RunId, param.Key), param.Value))
                NewParams.Add((batch.RunId, param.Key), param.Value);
        }

        foreach (var tag in batch.Tags)
            Tags[(batch.RunId, tag.Key)] = tag.Value;
        var result = new LogBatchResult(batch.RunId, batch.Metrics.Count(metric => TryAdd(PointOf(batch, metric, now))));
        if (batch.ClientToken is { } token)
        {
            var record = new TokenRecord(hash, JsonSerializer.Serialize(result));
            State.Tokens.Add(token, record);
            NewTokens.Add((token, record));
        }

        return Outcome.Of(result);
    }

    private bool TryAdd(MetricPoint point)
    {
        if (present.Contains(point) || !_added.Add(point))
            return false;
        if (!State.Summaries.TryGetValue(point.Series, out var summary))
            State.Summaries.Add(point.Series, summary = new SeriesSummary());
        summary.Add(point.Point);
        _changed[point.Series] = summary;
        _runs.Add(point.Series.RunId);
        var run = State.Runs[point.Series.RunId];
        Block.Add(run.ExperimentId, point.Series, point.Point, ++run.Seq, State.GroupId);
        return true;
    }
}
