namespace AnalyticsGraph.Server.Hosting;

/// <summary>Whether the server can answer, and if not, why. Thread-safe: written by the start-up, read by health probes.</summary>
internal sealed class Readiness
{
    private volatile string? _reason = "The server is starting.";

    /// <summary>Why the server is not ready; null when it is.</summary>
    public string? Reason => _reason;

    /// <summary>Whether all is migrated and served.</summary>
    public bool IsReady => _reason is null;

    /// <summary>Says what is being waited for.</summary>
    /// <param name="reason">A sentence.</param>
    public void Waiting(string reason) => _reason = reason;

    /// <summary>Says that all is served.</summary>
    public void Ready() => _reason = null;
}
