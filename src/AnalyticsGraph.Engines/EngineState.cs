namespace AnalyticsGraph.Engines;

/// <summary>The two engines of the embedded default.</summary>
public enum EngineKind
{
    /// <summary>PostgreSQL, from its npm package.</summary>
    Postgres,

    /// <summary>LocalClickHouse: libchdb behind ClickHouse's HTTP interface.</summary>
    ClickHouse,
}

/// <summary>What an engine's process does now.</summary>
public enum EngineState
{
    /// <summary>No process: not asked for, not started yet, or stopped by its owner.</summary>
    Stopped,

    /// <summary>The process starts; it does not accept connections yet.</summary>
    Starting,

    /// <summary>The process accepts connections.</summary>
    Running,

    /// <summary>The process ended by itself and is started again, with growing pauses.</summary>
    Restarting,

    /// <summary>Its owner stops it.</summary>
    Stopping,
}

/// <summary>An engine went into another state.</summary>
/// <param name="Engine">Which engine.</param>
/// <param name="State">The state it is in now.</param>
/// <param name="Reason">Why, where it was not asked for: how the process ended and the last lines it wrote.</param>
public sealed record EngineStateChange(EngineKind Engine, EngineState State, string? Reason = null);
