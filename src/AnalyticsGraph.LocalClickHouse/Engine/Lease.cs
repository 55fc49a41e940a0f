namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// A request's hold on its connection. The connection is closed at the end unless it is known to be clean and nobody tried to kill what ran on it.
/// </summary>
internal sealed class Lease(ConnectionPool pool, RunningQuery running) : IDisposable
{
    private bool _keep;

    /// <summary>The connection, once taken.</summary>
    internal Connection? Connection { get; private set; }

    /// <summary>Takes the request's one connection.</summary>
    internal Connection Take(SessionSettings session) => Connection = pool.Take(session);

    /// <summary>The statement ended well and left nothing behind: another request may have the connection.</summary>
    internal void KeepConnection() => _keep = true;

    public void Dispose()
    {
        var undisturbed = running.End();
        if (Connection is null) return;
        if (_keep && undisturbed) pool.Return(Connection);
        else Connection.Dispose();
    }
}
