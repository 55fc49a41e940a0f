namespace AnalyticsGraph.Server.Hosting;

/// <summary>Whether the server can answer, and if not, why. Thread-safe: written by the start-up, read by health probes.</summary>
internal sealed class Readiness
{
    private volatile string? _reason = "The server is starting.";
    private volatile Stores? _stores;

    /// <summary>Says what is being waited for.</summary>
    /// <param name="reason">A sentence.</param>
    public void Waiting(string reason) => _reason = reason;

    /// <summary>Says that all is served, as long as the stores answer.</summary>
    /// <param name="stores">Are asked at each probe.</param>
    public void Ready(Stores stores)
    {
        _stores = stores;
        _reason = null;
    }

    /// <summary>Why the server is not ready, a sentence each; empty when it is.</summary>
    /// <param name="cancellation">Ends the asking of the stores.</param>
    public async Task<IReadOnlyList<string>> FindReasonsAsync(CancellationToken cancellation) =>
        _reason is { } reason ? [reason] : await _stores!.FindAwayAsync(cancellation);
}
