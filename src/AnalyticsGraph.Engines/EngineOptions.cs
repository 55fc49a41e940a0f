using System.Collections.Frozen;

namespace AnalyticsGraph.Engines;

/// <summary>What to start and where.</summary>
public sealed record EngineOptions
{
    /// <summary>The one folder that holds all data; created where it is missing. One server at a time may use it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether PostgreSQL is started.</summary>
    public bool StartPostgres { get; init; } = true;

    /// <summary>Whether LocalClickHouse is started.</summary>
    public bool StartClickHouse { get; init; } = true;

    /// <summary>The folder that holds <c>node_modules</c> with the engine packages. Null: the variable <c>ANALYTICSGRAPH_ENGINES</c>, else <c>engines</c> beside the program or in a folder above it.</summary>
    public string? PackagesDirectory { get; init; }

    /// <summary>The folder of LocalClickHouse's program. Null: <c>localclickhouse</c> beside this program.</summary>
    public string? LocalClickHouseDirectory { get; init; }

    /// <summary>Where this process is root: the user (name or number) that PostgreSQL runs as. Null: <c>postgres</c>, else <c>nobody</c>.</summary>
    public string? PostgresUser { get; init; }

    /// <summary>Settings of PostgreSQL that go before the built-in ones, such as <c>max_connections</c>.</summary>
    public IReadOnlyDictionary<string, string> PostgresSettings { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>LocalClickHouse's memory limit in bytes, at least 256 MiB. Null: a quarter of the machine's, 512 MiB to 4 GiB.</summary>
    public long? ClickHouseMaxMemory { get; init; }

    /// <summary>Free bytes that the file system of the data folder must have for a start. Default 200 MiB.</summary>
    public long MinimumFreeBytes { get; init; } = 200L << 20;

    /// <summary>How long an engine may take until it accepts connections, recovery after a crash included. Default 5 minutes.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an engine may take to stop before it is made to. Default 20 seconds.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
