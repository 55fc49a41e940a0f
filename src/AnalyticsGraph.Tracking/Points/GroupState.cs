using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What a group of batches is decided by: the state of its runs, read in one round trip.</summary>
internal sealed class GroupState
{
    // A client that tries again does so soon; a row of a counter stays small.
    private const int MostRecent = 8;

    public Dictionary<long, RunState> Runs { get; } = [];

    public Dictionary<SeriesKey, SeriesSummary> Summaries { get; } = [];

    public Dictionary<(long RunId, string Key), string> Params { get; } = [];

    public Dictionary<(string Operation, string Token), TokenRecord> Tokens { get; } = [];

    public long GroupId { get; private set; }

    /// <summary>Reads the state.</summary>
    /// <param name="connection">In a transaction if anything is to be locked: then the runs' counters stay so until its end, and with them all that is read here.</param>
    /// <param name="caller">Whose batches they are.</param>
    /// <param name="batches">The batches.</param>
    /// <param name="locks">Whether to lock, and to take a group id; with <see cref="RunLocks.LeaveOut"/> runs that are held are missing.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<GroupState> ReadAsync(NpgsqlConnection connection, Caller caller, IReadOnlyList<RunBatch> batches, RunLocks locks, CancellationToken ct)
    {
        var forWriting = locks != RunLocks.None;
        var parts = batches.SelectMany(batch => batch.Parts).ToArray();
        long[] runs = [.. parts.Select(part => part.RunId).Distinct().Order()];
        var state = new GroupState();
        await using var batch = new NpgsqlBatch(connection);
        var readers = new List<Action<NpgsqlDataReader>>();

        // Every question is a look-up by key, whose plan is the same for any values. PostgreSQL would make a new one each time, because for a single key it looks cheaper than for
        // the ten it supposes: of a group of one point that is half the time.
        // Another group holds a run for some milliseconds, with a slow disk for some hundred.
        if (forWriting)
            Add(new($"SELECT set_config('plan_cache_mode', 'force_generic_plan', true){(locks == RunLocks.Wait ? "" : ", set_config('lock_timeout', '500ms', true)")}"), _ => { });

        // Triggers write down who it was; points have none.
        if (forWriting && parts.Any(part => part.Params.Count + part.Tags.Count > 0 || part.Results is not null))
            Add(new("SELECT set_config('analyticsgraph.actor', $1, true)") { Parameters = { new() { Value = caller.Name ?? "" } } }, _ => { });

        // Statements of a batch see what was committed before each of them began, so those below see the runs as they stand under the lock.
        Add(
            new($"""
                SELECT c.run_id, c.seq, c.recent, r.experiment_id, r.lifecycle_stage FROM run_counter c JOIN run r ON r.id = c.run_id
                WHERE c.run_id = ANY ($1) ORDER BY c.run_id {(forWriting ? "FOR NO KEY UPDATE OF c" : "")} {(locks == RunLocks.LeaveOut ? "SKIP LOCKED" : "")}
                """) { Parameters = { new() { Value = runs } } },
            reader => state.Runs.Add(reader.GetInt64(0), new RunState(reader.GetInt64(3), reader.GetString(4) == "ACTIVE", reader.GetInt64(1))
            {
                Recent = reader.IsDBNull(2) ? [] : reader.GetFieldValue<byte[]>(2),
            }));

        // The group's id is the version of rows that replace others: it is taken under the lock, so that it grows with the order of acknowledgement.
        if (forWriting)
            Add(new("SELECT nextval('point_group_id')"), reader => state.GroupId = reader.GetInt64(0));
        var series = batches.Count == 1 ? batches[0].Points.Series : [.. batches.SelectMany(batch => batch.Points.Series).Distinct()];
        if (series.Count > 0)
        {
            Add(
                new($"""
                    SELECT {RunMetricRows.Columns} FROM run_metric
                    WHERE (run_id, scope, key, label, rank) IN (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::int[]))
                    """)
                {
                    Parameters =
                    {
                        new() { Value = series.Select(s => s.RunId).ToArray() }, new() { Value = series.Select(s => s.Scope.Name()).ToArray() },
                        new() { Value = series.Select(s => s.Key).ToArray() }, new() { Value = series.Select(s => s.Label).ToArray() },
                        new() { Value = series.Select(s => s.Rank).ToArray() },
                    },
                },
                reader =>
                {
                    var (key, summary) = RunMetricRows.Read(reader);
                    state.Summaries.Add(key, summary);
                });
        }

        var keys = parts.SelectMany(part => part.Params.Select(param => (part.RunId, param.Key))).Distinct().ToArray();
        if (keys.Length > 0)
        {
            Add(
                new("SELECT run_id, key, value FROM run_param WHERE (run_id, key) IN (SELECT * FROM unnest($1::bigint[], $2::text[]))")
                {
                    Parameters = { new() { Value = keys.Select(k => k.RunId).ToArray() }, new() { Value = keys.Select(k => k.Key).ToArray() } },
                },
                reader => state.Params.Add((reader.GetInt64(0), reader.GetString(1)), reader.GetString(2)));
        }

        var tokens = batches.Where(batch => batch.ClientToken is not null).Select(batch => (batch.Operation, Token: batch.ClientToken!)).Distinct().ToArray();
        if (tokens.Length > 0)
        {
            Add(
                new("""
                    SELECT operation, token, payload_hash, answer::text FROM idempotency
                    WHERE caller = $1 AND (operation, token) IN (SELECT * FROM unnest($2::text[], $3::text[])) AND created_at >= now() - interval '24 hours'
                    """)
                {
                    Parameters =
                    {
                        new() { Value = caller.Name ?? "" }, new() { Value = tokens.Select(t => t.Operation).ToArray() }, new() { Value = tokens.Select(t => t.Token).ToArray() },
                    },
                },
                reader => state.Tokens.Add((reader.GetString(0), reader.GetString(1)), new TokenRecord(reader.GetFieldValue<byte[]>(2), reader.GetString(3))));
        }

        await using var results = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        foreach (var read in readers)
        {
            while (await results.ReadAsync(ct).ConfigureAwait(false))
                read(results);
            await results.NextResultAsync(ct).ConfigureAwait(false);
        }

        return state;

        void Add(NpgsqlBatchCommand command, Action<NpgsqlDataReader> read)
        {
            batch.BatchCommands.Add(command);
            readers.Add(read);
        }
    }

    /// <summary>Whether all runs of the batch were found, so that none was left out.</summary>
    public bool HasRuns(RunBatch batch) => batch.Parts.All(part => Runs.ContainsKey(part.RunId));

    /// <summary>Whether the very same points came lately, in one batch, so that all of them are stored. Says no when it does not know.</summary>
    public bool IsRepeated(RunBatch batch) => batch.PointsHash is { } hash && batch.Points.Series.All(series => Runs.TryGetValue(series.RunId, out var run) && run.HasRecent(hash));

    /// <summary>The batch's points will be stored when the transaction is.</summary>
    public void Remember(RunBatch batch)
    {
        if (batch.PointsHash is not { } hash)
            return;
        foreach (var run in batch.Points.Series.Select(series => series.RunId).Distinct())
            Runs[run].Remember(hash);
    }

    /// <summary>Adds what contradicts the runs' present state.</summary>
    public void Check(RunBatch batch, InputRules rules)
    {
        foreach (var part in batch.Parts)
        {
            if (!Runs.TryGetValue(part.RunId, out var run))
                rules.Add(new NotFoundError("There is no such run.", part.Path));
            else if (!run.IsActive)
                rules.Add(new NotActiveError("The run is deleted; restore it first.", part.Path));
            for (var i = 0; i < part.Params.Count; i++)
            {
                var param = part.Params[i];
                if (Params.TryGetValue((part.RunId, param.Key), out var present) && present != param.Value)
                {
                    rules.Add(new ParamConflictError(
                        $"The param '{InputRules.Shortened(param.Key)}' has the value '{InputRules.Shortened(present)}' already, and params never change. Use a tag for what changes, or a new run.",
                        InputRules.Path("input", "params", i, "value"),
                        param.Key,
                        present));
                }
            }
        }
    }

    /// <summary>A run under the lock.</summary>
    /// <param name="ExperimentId">Its experiment.</param>
    /// <param name="IsActive">Whether it is in use.</param>
    /// <param name="SeqBefore">How many of its points were acknowledged before the group.</param>
    internal sealed record RunState(long ExperimentId, bool IsActive, long SeqBefore)
    {
        /// <summary>How many of its points were ever acknowledged, those of the group included.</summary>
        public long Seq { get; set; } = SeqBefore;

        /// <summary>The hashes of its last batches of points, one after another, those of the group included.</summary>
        public byte[] Recent { get; set; } = [];

        /// <summary>Whether anybody may listen to its points, asked once for the group: of a run all is told or nothing, though subscribers come and go meanwhile. Null until asked.</summary>
        public bool? IsHeard { get; set; }

        public bool HasRecent(ReadOnlySpan<byte> hash)
        {
            for (var at = 0; at < Recent.Length; at += hash.Length)
            {
                if (Recent.AsSpan(at, hash.Length).SequenceEqual(hash))
                    return true;
            }

            return false;
        }

        public void Remember(ReadOnlySpan<byte> hash) =>
            Recent = [.. Recent.AsSpan(Math.Max(0, Recent.Length - ((MostRecent - 1) * PointColumns.HashLength))), .. hash];
    }
}
