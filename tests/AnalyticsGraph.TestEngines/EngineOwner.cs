using AnalyticsGraph.Engines;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.TestEngines;

/// <summary>A process that owns engines as a server does, for tests of what happens when it is killed or runs as another user.</summary>
internal static class EngineOwner
{
    /// <summary>Starts, says "ready" and PostgreSQL's connection string, and runs until its input ends; "exit" ends it without disposing. An engine error is said instead: code and message.</summary>
    internal static async Task<int> RunAsync(string data, string packages, string localClickHouse)
    {
        try
        {
            await using var engines = await EmbeddedEngines.StartAsync(
                new EngineOptions { DataDirectory = data, PackagesDirectory = packages, StartClickHouse = localClickHouse != "-", LocalClickHouseDirectory = localClickHouse },
                NullLoggerFactory.Instance);
            Console.WriteLine($"ready {engines.PostgresConnectionString}");
            if (await Console.In.ReadToEndAsync() == "exit") Environment.Exit(3);
            return 0;
        }
        catch (EngineException e)
        {
            Console.WriteLine($"{e.Code} {e.Message}");
            return 1;
        }
    }
}
