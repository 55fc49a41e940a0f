using System.Diagnostics;
using AnalyticsGraph.Benchmarks.Measuring;
using Npgsql;

namespace AnalyticsGraph.Benchmarks.Comparing;

/// <summary>How often something was answered while connections asked without a pause.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Microseconds">Processor time of the server's process for each, in microseconds; 0 where it is none of ours to count.</param>
internal readonly record struct Rate(double PerSecond, double Microseconds)
{
    /// <summary>Asks a server.</summary>
    public static async Task<Rate> OfAsync(ChildProcess server, byte[] request, int connections, TimeSpan duration)
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.OpenAsync(server.Address)));
        try
        {
            var before = server.ProcessorTime;
            var (count, elapsed) = await RunAsync(connections, duration, async i => await opened[i].SendAsync(request));
            return new Rate(count / elapsed.TotalSeconds, (server.ProcessorTime - before).TotalMicroseconds / count);
        }
        finally
        {
            Array.ForEach(opened, connection => connection.Dispose());
        }
    }

    /// <summary>Asks PostgreSQL itself, by a prepared statement.</summary>
    public static async Task<Rate> OfAsync(NpgsqlDataSource postgres, string statement, int connections, TimeSpan duration)
    {
        var commands = new NpgsqlCommand[connections];
        try
        {
            for (var i = 0; i < connections; i++)
            {
                commands[i] = new NpgsqlCommand(statement, await postgres.OpenConnectionAsync());
                await commands[i].PrepareAsync();
            }

            var (count, elapsed) = await RunAsync(connections, duration, async i => await commands[i].ExecuteScalarAsync());
            return new Rate(count / elapsed.TotalSeconds, 0);
        }
        finally
        {
            foreach (var command in commands.OfType<NpgsqlCommand>())
            {
                await command.Connection!.DisposeAsync();
                await command.DisposeAsync();
            }
        }
    }

    private static async Task<(long Count, TimeSpan Elapsed)> RunAsync(int connections, TimeSpan duration, Func<int, Task> ask)
    {
        var count = 0L;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async i =>
        {
            await Task.Yield();
            while (watch.Elapsed < duration)
            {
                await ask(i);
                Interlocked.Increment(ref count);
            }
        }));
        return (count, watch.Elapsed);
    }
}
