using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What a group of batches is decided by: the state of its runs, read in one round trip.</summary>
internal sealed class GroupState
{
    public Dictionary<long, RunState> Runs { get; } = [];

    public Dictionary<SeriesKey, SeriesSummary> Summaries { get; } = [];

    public Dictionary<(long RunId, string Key), string> Params { get; } = [];

    public Dictionary<string, TokenRecord> Tokens { get; } = new(StringComparer.Ordinal);

    public long GroupId { get; private set; }

    /// <summary>Reads the state.</summary>
    /// <param name="connection">In a transaction if <paramref name="forWriting"/>: then the runs' counters stay locked until its end, and with them all that is read here.</param>
    /// <param name="caller">Whose batches they are.</param>
    /// <param name="batches">The batches.</param>
    /// <param name="forWriting">Whether to lock, and to take a group id.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<GroupState> ReadAsync(NpgsqlConnection connection, Caller caller, IReadOnlyList<LogBatchRequest> batches, bool forWriting, CancellationToken ct)
    {
        long[] runs = [.. batches.Select(batch => batch.RunId).Distinct().Order()];
        var series = batches.SelectMany(batch => batch.Metrics.Select(metric => SeriesOf(batch, metric))).Distinct().ToArray();
        var keys = batches.SelectMany(batch => batch.Params.Select(param => (batch.RunId, param.Key))).Distinct().ToArray();
        string[] tokens = [.. batches.Select(batch => batch.ClientToken).OfType<string>().Distinct()];
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"SELECT set_config('analyticsgraph.actor', $1, true), {(forWriting ? "nextval('point_group_id')" : "0::bigint")}") { Parameters = { new() { Value = caller.Name ?? "" } } },

                // Statements of a batch see what was committed before each of them began, so those below see the runs as they stand under the lock.
                new($"""
                    SELECT c.run_id, c.seq, r.experiment_id, r.lifecycle_stage FROM run_counter c JOIN run r ON r.id = c.run_id
                    WHERE c.run_id = ANY ($1) ORDER BY c.run_id {(forWriting ? "FOR NO KEY UPDATE OF c" : "")}
                    """) { Parameters = { new() { Value = runs } } },
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
                new("SELECT run_id, key, value FROM run_param WHERE (run_id, key) IN (SELECT * FROM unnest($1::bigint[], $2::text[]))")
                {
                    Parameters = { new() { Value = keys.Select(k => k.RunId).ToArray() }, new() { Value = keys.Select(k => k.Key).ToArray() } },
                },
                new("""
                    SELECT token, payload_hash, answer::text FROM idempotency
                    WHERE caller = $1 AND operation = 'logBatch' AND token = ANY ($2) AND created_at >= now() - interval '24 hours'
                    """) { Parameters = { new() { Value = caller.Name ?? "" }, new() { Value = tokens } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var state = new GroupState();
        await reader.ReadAsync(ct).ConfigureAwait(false);
        state.GroupId = reader.GetInt64(1);
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            state.Runs.Add(reader.GetInt64(0), new RunState(reader.GetInt64(2), reader.GetString(3) == "ACTIVE") { Seq = reader.GetInt64(1) });
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var (key, summary) = RunMetricRows.Read(reader);
            state.Summaries.Add(key, summary);
        }

        await reader.NextResultAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            state.Params.Add((reader.GetInt64(0), reader.GetString(1)), reader.GetString(2));
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            state.Tokens.Add(reader.GetString(0), new TokenRecord(reader.GetFieldValue<byte[]>(1), reader.GetString(2)));
        return state;
    }

    /// <summary>Adds what contradicts the run's present state.</summary>
    public void Check(LogBatchRequest batch, InputRules rules)
    {
        if (!Runs.TryGetValue(batch.RunId, out var run))
            rules.Add(new NotFoundError("There is no such run.", InputRules.Path("input", "runId")));
        else if (!run.IsActive)
            rules.Add(new NotActiveError("The run is deleted; restore it first.", InputRules.Path("input", "runId")));
        for (var i = 0; i < batch.Params.Count; i++)
        {
            var param = batch.Params[i];
            if (Params.TryGetValue((batch.RunId, param.Key), out var present) && present != param.Value)
            {
                rules.Add(new ParamConflictError(
                    $"The param '{InputRules.Shortened(param.Key)}' has the value '{InputRules.Shortened(present)}' already, and params never change. Use a tag for what changes, or a new run.",
                    InputRules.Path("input", "params", i, "value"),
                    param.Key,
                    present));
            }
        }
    }

    public static SeriesKey SeriesOf(LogBatchRequest batch, MetricInput metric) => new(batch.RunId, metric.Scope, metric.Key, metric.Label, metric.Rank);

    /// <summary>A run under the lock.</summary>
    internal sealed record RunState(long ExperimentId, bool IsActive)
    {
        /// <summary>How many of its points were ever acknowledged.</summary>
        public long Seq { get; set; }
    }
}
