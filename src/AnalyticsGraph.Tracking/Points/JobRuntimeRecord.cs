namespace AnalyticsGraph.Tracking.Points;

/// <summary>What a job and its nodes did at a moment of training.</summary>
public sealed record JobRuntimeRecord
{
    /// <summary>When; kept in milliseconds.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The step that training had reached.</summary>
    public required long GlobalStep { get; init; }

    /// <summary>Tells records apart that share their time and step.</summary>
    public int Ordinal { get; init; }

    /// <summary>Steps per second; null if it was not measured.</summary>
    public double? Speed { get; init; }

    /// <summary>CPU cores in use, by the worker's number.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> WorkerCpu { get; init; } = [];

    /// <summary>Memory in use, as the scheduler counts it, by the worker's number.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> WorkerMemory { get; init; } = [];

    /// <summary>CPU cores in use, by the parameter server's number.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> PsCpu { get; init; } = [];

    /// <summary>Memory in use, as the scheduler counts it, by the parameter server's number.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> PsMemory { get; init; } = [];

    /// <summary>Members that have no field here, as a JSON object; empty if there are none.</summary>
    public string Other { get; init; } = "";
}
