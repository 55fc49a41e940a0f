namespace AnalyticsGraph.Tracking.Points;

/// <summary>What is done about the counters of a group's runs.</summary>
internal enum RunLocks
{
    /// <summary>They are read, not locked.</summary>
    None,

    /// <summary>They are locked, however long that takes.</summary>
    Wait,

    /// <summary>They are locked, and nothing in the transaction is waited for longer than another group takes.</summary>
    WaitShortly,

    /// <summary>As before, but those that somebody else holds are left out, as if they were not there.</summary>
    LeaveOut,
}
