using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.Engines.Data;

/// <summary>
/// The one folder of data: <c>postgres/</c>, <c>clickhouse/</c>, <c>logs/</c>, <c>run/</c> (sockets), <c>lock</c>, and <c>version</c>
/// (the number of this layout). Open means locked.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const int LayoutVersion = 1;
    private const int NoSpace = 28, QuotaExceeded = 122;
    private readonly FolderLock _lock;

    private DataFolder(string path, FolderLock held)
    {
        Root = path;
        _lock = held;
    }

    internal string Root { get; }

    internal string Postgres => Path.Combine(Root, "postgres");

    internal string ClickHouse => Path.Combine(Root, "clickhouse");

    internal string Logs => Path.Combine(Root, "logs");

    internal string Sockets => Path.Combine(Root, "run");

    /// <summary>Creates, locks and checks the folder.</summary>
    /// <exception cref="EngineException">In use, not writable, of another version, or its disk almost full.</exception>
    internal static DataFolder Open(EngineOptions options)
    {
        var path = Path.GetFullPath(options.DataDirectory);
        try
        {
            // As root, PostgreSQL's user must be able to pass through; what lies in it is closed to others by itself.
            var mode = LibC.EffectiveUser == 0 ? FileModes.PassThrough : FileModes.OwnerOnly;
            Directory.CreateDirectory(path, mode);
            path = RealPath(path);
            var folder = new DataFolder(path, FolderLock.Acquire(path));
            try
            {
                RequireSpace(path, options.MinimumFreeBytes);
                folder.CheckVersion();
                foreach (var inner in (string[])[folder.ClickHouse, folder.Logs]) Directory.CreateDirectory(inner, FileModes.OwnerOnly);
                return folder;
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, fault);
        }
    }

    /// <summary>What a failed access to the folder means for who started the server.</summary>
    internal static EngineException Unusable(string path, Exception fault) => (fault.HResult & 0xFFFF) is NoSpace or QuotaExceeded
        ? new EngineException(EngineErrorCodes.DiskFull, $"The disk of the data folder {path} is full: {fault.Message}", "Free some space, or choose a folder on another disk with --data.", fault)
        : new EngineException(
            EngineErrorCodes.PermissionDenied,
            $"The data folder {path} cannot be used: {fault.Message}",
            $"Let the user {Environment.UserName} write there, or choose another folder with --data, on a local disk.",
            fault);

    public void Dispose() => _lock.Dispose();

    private static void RequireSpace(string path, long minimum)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        if (free >= minimum) return;
        throw new EngineException(
            EngineErrorCodes.DiskFull,
            $"The disk of the data folder {path} has {free >> 20} MB free; a start needs {minimum >> 20} MB.",
            "Free some space, or choose a folder on another disk with --data.");
    }

    private void CheckVersion()
    {
        var file = Path.Combine(Root, "version");
        if (!File.Exists(file))
        {
            File.WriteAllText(file, $"{LayoutVersion}\n");
            return;
        }
        var text = File.ReadAllText(file).Trim();
        if (text == $"{LayoutVersion}") return;
        throw new EngineException(
            EngineErrorCodes.DataFormat,
            $"The data folder {Root} has layout version '{text}'; this program knows {LayoutVersion}.",
            "Start the newer release that wrote it, or choose another folder with --data.");
    }

    private static string RealPath(string path) => new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
}
