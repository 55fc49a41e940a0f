using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>Groups as rows of <c>point_log</c>.</summary>
internal static class PointLogRows
{
    /// <summary>Logs a group's rows of one series.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="block">The rows.</param>
    /// <param name="runIds">The runs whose points they are, or whose points go; empty for other series.</param>
    /// <param name="load">The load that is published by it; null for none.</param>
    public static NpgsqlBatchCommand Insert(long groupId, SeriesBlock block, long[] runIds, long? load = null) => new(
        "INSERT INTO point_log (group_id, series, points, bytes, run_ids, payload, load_id) VALUES ($1, $2, $3, $4, $5, $6, $7)")
    {
        Parameters =
        {
            new() { Value = groupId }, new() { Value = block.Table.Name }, new() { Value = block.Count }, new() { Value = checked((int)block.Bytes) }, new() { Value = runIds },
            new() { Value = block.ToPayload() }, new NpgsqlParameter<long?> { TypedValue = load },
        },
    };
}
