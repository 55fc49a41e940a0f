namespace AnalyticsGraph.Server.Hosting;

/// <summary>Whether the server can answer, and if not, why. Thread-safe: written by the start-up, read by health probes.</summary>
internal sealed class Readiness
{
    private volatile string? _reason = "The server is starting.";
    private volatile Func<string?> _stores = () => null;

    /// <summary>Why the server is not ready; null when it is.</summary>
    public string? Reason => _reason ?? _stores();

    /// <summary>Says what is being waited for.</summary>
    /// <param name="reason">A sentence.</param>
    public void Waiting(string reason) => _reason = reason;

    /// <summary>Says that all is served, as long as the stores are there.</summary>
    /// <param name="stores">Says why a store is not there; null while all are.</param>
    public void Ready(Func<string?> stores)
    {
        _stores = stores;
        _reason = null;
    }
}
