namespace AnalyticsGraph.Engines;

/// <summary>The stable codes of <see cref="EngineException.Code"/>.</summary>
public static class EngineErrorCodes
{
    /// <summary>The embedded engines exist for linux-x64 with glibc only.</summary>
    public const string PlatformUnsupported = "ENGINE_PLATFORM_UNSUPPORTED";

    /// <summary>The npm packages or LocalClickHouse's program are not where they should be.</summary>
    public const string PackagesMissing = "ENGINE_PACKAGES_MISSING";

    /// <summary>Another process uses the data folder.</summary>
    public const string DataInUse = "ENGINE_DATA_IN_USE";

    /// <summary>The data folder was written by a version that this one cannot read.</summary>
    public const string DataFormat = "ENGINE_DATA_FORMAT";

    /// <summary>The file system of the data folder is almost full.</summary>
    public const string DiskFull = "ENGINE_DISK_FULL";

    /// <summary>A folder or file may not be entered, read or written.</summary>
    public const string PermissionDenied = "ENGINE_PERMISSION_DENIED";

    /// <summary>No Unix socket can be made for an engine.</summary>
    public const string SocketUnavailable = "ENGINE_SOCKET_UNAVAILABLE";

    /// <summary>PostgreSQL needs a user of the operating system that is not there.</summary>
    public const string UserUnavailable = "ENGINE_USER_UNAVAILABLE";

    /// <summary>initdb failed; its output is in the message.</summary>
    public const string InitializationFailed = "ENGINE_INITIALIZATION_FAILED";

    /// <summary>An engine ended while it started; its last lines are in the message.</summary>
    public const string StartFailed = "ENGINE_START_FAILED";

    /// <summary>An engine did not accept connections in time.</summary>
    public const string StartTimeout = "ENGINE_START_TIMEOUT";

    /// <summary>A process that an earlier server left behind cannot be ended.</summary>
    public const string LeftoverProcess = "ENGINE_LEFTOVER_PROCESS";
}
