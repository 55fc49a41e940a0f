namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>Closed-loop load: each connection sends its next request when it has its answer.</summary>
internal sealed class Load : IDisposable
{
    private readonly Connection[] _connections;

    private Load(Connection[] connections) => _connections = connections;

    public static async Task<Load> OpenAsync(Uri address, int connections) =>
        new(await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.OpenAsync(address))));

    /// <summary>Sends a request so many times over all connections.</summary>
    public Task RunAsync(byte[] request, int count)
    {
        var left = count;
        return Task.WhenAll(_connections.Select(async connection =>
        {
            await Task.Yield();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await connection.SendAsync(request);
            }
        }));
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }
}
