using System.Globalization;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>A folder for one test, deleted after it, and the few things tests do with engines in it.</summary>
public abstract class EngineHarness : IDisposable
{
    protected EngineHarness()
    {
        Folder = Path.Combine(Path.GetTempPath(), $"ag-engines-{Guid.NewGuid():n}"[..22]);
        Directory.CreateDirectory(Folder);
    }

    /// <summary>Open to other users.</summary>
    protected string Folder { get; }

    protected string Data => Path.Combine(Folder, "data");

    protected EngineOptions Both => new() { DataDirectory = Data };

    protected EngineOptions PostgresOnly => Both with { StartClickHouse = false };

    protected EngineOptions ClickHouseOnly => Both with { StartPostgres = false };

    /// <summary>Starts in the folder as it is; into an empty one goes a copy of data that was initialized once, without fsync.</summary>
    protected static async Task<EmbeddedEngines> StartAsync(EngineOptions options)
    {
        var data = Path.Combine(options.DataDirectory, "postgres");
        if (options.StartPostgres && !Directory.Exists(options.DataDirectory))
        {
            await InitializedData.CopyToAsync(options.DataDirectory);
            await File.WriteAllTextAsync(Path.Combine(data, "custom.conf"), "fsync = off\n");
        }
        return await StartFreshAsync(options);
    }

    /// <summary>Starts as a user does.</summary>
    protected static Task<EmbeddedEngines> StartFreshAsync(EngineOptions options) => EmbeddedEngines.StartAsync(options, NullLoggerFactory.Instance);

    protected static Task<EngineException> FailAsync(EngineOptions options) => Assert.ThrowsAsync<EngineException>(async () =>
    {
        await using var engines = await StartFreshAsync(options);
    });

    protected static async Task<object?> QueryAsync(string connectionString, string sql)
    {
        // Not pooled: a session that is left open would hold up the stop.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Waits for the state; a few seconds at most.</summary>
    protected static async Task ReachAsync(EmbeddedEngines engines, EngineKind engine, EngineState state, Func<Task> provoke)
    {
        var reached = new TaskCompletionSource();
        void Listen(EngineStateChange change)
        {
            if (change.Engine == engine && change.State == state) reached.TrySetResult();
        }
        engines.StateChanged += Listen;
        await provoke();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        engines.StateChanged -= Listen;
    }

    /// <summary>Not their children, which look the same until they have taken their titles.</summary>
    protected int[] PostmastersOfData()
    {
        var found = ProcessTable.Find(command => command.Contains("-D") && command.Contains(Path.Combine(Data, "postgres")) && command[0].EndsWith("/postgres", StringComparison.Ordinal));
        return [.. found.Where(process => !found.Contains(ParentOf(process)))];
    }

    private static int ParentOf(int process)
    {
        var status = $"/proc/{process}/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith("PPid:", StringComparison.Ordinal)) : null;
        return line is null ? 0 : int.Parse(line["PPid:".Length..], CultureInfo.InvariantCulture);
    }

    public virtual void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
