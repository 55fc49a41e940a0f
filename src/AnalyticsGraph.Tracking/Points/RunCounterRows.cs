using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>How many points runs have had, as rows of <c>run_counter</c>.</summary>
internal static class RunCounterRows
{
    /// <summary>Holds the counters until the transaction ends: nobody adds to the runs meanwhile.</summary>
    public static async Task LockAsync(NpgsqlConnection connection, long[] runs, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand("SELECT 1 FROM run_counter WHERE run_id = ANY ($1) ORDER BY run_id FOR NO KEY UPDATE", connection) { Parameters = { new() { Value = runs } } };
        await take.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Sets the counters. The caller holds them.</summary>
    public static NpgsqlBatchCommand Write(IReadOnlyList<(long RunId, long Seq)> counters) => new(
        "UPDATE run_counter SET seq = v.seq FROM unnest($1, $2) AS v (run_id, seq) WHERE run_counter.run_id = v.run_id")
    {
        Parameters = { new() { Value = counters.Select(c => c.RunId).ToArray() }, new() { Value = counters.Select(c => c.Seq).ToArray() } },
    };

    /// <summary>Sets the counters of runs that a group adds points to, and its batches among their recent ones. The caller holds them.</summary>
    public static NpgsqlBatchCommand Write(long[] runs, GroupState state) => new(
        "UPDATE run_counter SET seq = v.seq, recent = nullif(v.recent, '') FROM unnest($1, $2, $3) AS v (run_id, seq, recent) WHERE run_counter.run_id = v.run_id")
    {
        Parameters = { new() { Value = runs }, new() { Value = runs.Select(run => state.Runs[run].Seq).ToArray() }, new() { Value = runs.Select(run => state.Runs[run].Recent).ToArray() } },
    };

    /// <summary>Counts points that were taken away, and forgets the rollups that have them, and which batches came last. The caller holds the counters.</summary>
    public static NpgsqlBatchCommand WriteRemoved(IReadOnlyList<(long RunId, long Points)> removed) => new(
        """
        WITH forgotten AS (DELETE FROM run_metric_rollup WHERE run_id = ANY ($1))
        UPDATE run_counter SET removed = removed + v.points, recent = NULL FROM unnest($1, $2) AS v (run_id, points) WHERE run_counter.run_id = v.run_id
        """)
    {
        Parameters = { new() { Value = removed.Select(r => r.RunId).ToArray() }, new() { Value = removed.Select(r => r.Points).ToArray() } },
    };
}
