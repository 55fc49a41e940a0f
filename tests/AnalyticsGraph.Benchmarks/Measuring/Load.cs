using System.Globalization;
using System.Text;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>Closed-loop load: each connection sends its next request when it has its answer.</summary>
internal sealed class Load : IDisposable
{
    /// <summary>Stands in a request for a number that no other request has.</summary>
    public const string Number = "90000009";

    private readonly Connection[] _connections;
    private int _sent;

    private Load(Connection[] connections) => _connections = connections;

    public static async Task<Load> OpenAsync(Uri address, int connections) =>
        new(await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.OpenAsync(address))));

    /// <summary>Sends a request so many times over all connections; where it says <see cref="Number"/>, each is another one.</summary>
    public Task RunAsync(byte[] request, int count)
    {
        var left = count;
        var at = request.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Number));
        return Task.WhenAll(_connections.Select(async connection =>
        {
            await Task.Yield();
            var mine = at < 0 ? request : [.. request];
            while (Interlocked.Decrement(ref left) >= 0)
            {
                if (at >= 0)
                {
                    Interlocked.Increment(ref _sent).TryFormat(mine.AsSpan(at), out _, "d8", CultureInfo.InvariantCulture);
                }

                await connection.SendAsync(mine);
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
