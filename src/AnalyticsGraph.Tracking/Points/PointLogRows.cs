using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>Groups as rows of <c>point_log</c>.</summary>
internal static class PointLogRows
{
    /// <summary>Logs a group.</summary>
    public static NpgsqlBatchCommand Insert(long groupId, PointBlock block, long[] runIds) => new(
        "INSERT INTO point_log (group_id, points, bytes, run_ids, payload) VALUES ($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            new() { Value = groupId }, new() { Value = block.Count }, new() { Value = checked((int)block.Bytes) }, new() { Value = runIds },
            new() { Value = block.ToPayload() },
        },
    };
}
