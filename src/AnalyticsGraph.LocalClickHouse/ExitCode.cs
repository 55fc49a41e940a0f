namespace AnalyticsGraph.LocalClickHouse;

/// <summary>The process's exit codes; whoever starts it turns them into advice.</summary>
internal enum ExitCode
{
    /// <summary>Stopped as asked.</summary>
    Success = 0,

    /// <summary>A fault of this program.</summary>
    Unexpected = 1,

    /// <summary>The command line is wrong.</summary>
    BadArguments = 2,

    /// <summary>libchdb.so is missing or cannot be loaded.</summary>
    LibraryMissing = 3,

    /// <summary>Another process has the data directory open.</summary>
    DataDirectoryLocked = 4,

    /// <summary>The data directory or the socket's folder cannot be written.</summary>
    PermissionDenied = 5,

    /// <summary>The disk of the data directory is full.</summary>
    DiskFull = 6,

    /// <summary>The address is taken or cannot be listened on.</summary>
    AddressUnavailable = 7,

    /// <summary>The engine would not start; its own words are on stderr.</summary>
    EngineFailed = 8,
}

/// <summary>The process cannot start, with the exit code and the sentence for the person who started it.</summary>
internal sealed class StartupException(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    internal ExitCode Code { get; } = code;
}
