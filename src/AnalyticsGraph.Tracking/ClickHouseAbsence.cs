using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Tracking;

/// <summary>When ClickHouse fails because it is away or has too much to do, rather than because of what it was given.</summary>
internal static class ClickHouseAbsence
{
    /// <summary>Whether the same may succeed later as it is.</summary>
    /// <param name="fault">The error.</param>
    public static bool IsCause(ClickHouseException fault) =>
        // 159 TIMEOUT_EXCEEDED, 202 TOO_MANY_SIMULTANEOUS_QUERIES, 209 SOCKET_TIMEOUT, 210 NETWORK_ERROR, 394 QUERY_WAS_CANCELLED
        fault is ClickHouseTransportException or { Code: 159 or 202 or 209 or 210 or 394 };
}
