namespace AnalyticsGraph.ClickHouse;

/// <summary>What the shared frame arithmetic throws: a frame is damaged.</summary>
internal sealed class ClickHouseFormatException(string message) : IOException(message);
