namespace AnalyticsGraph.Tracking.Live;

/// <summary>Which subscription a cursor is of: its first byte.</summary>
internal enum LiveCursorKind : byte
{
    /// <summary>Points: the last number by run.</summary>
    Points = 1,

    /// <summary>Records of runtime: the last version by job.</summary>
    Runtime = 2,
}
