namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// Makes sure the data directory can be used before the engine opens it, because the engine itself says no more than "failed":
/// it exists, it can be written, the disk has room, and no other process has it open.
/// </summary>
internal static class DataDirectory
{
    /// <summary>The engine writes temporary files, parts and logs at once; below this it fails in the middle of its start.</summary>
    private const long RoomNeeded = 16 << 20;

    /// <exception cref="StartupException">It cannot be used.</exception>
    internal static void Prepare(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            var probe = Path.Combine(path, ".write-probe");
            using (var file = new FileStream(probe, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                file.WriteByte(0);
            }
            if (new DriveInfo(path).AvailableFreeSpace < RoomNeeded)
            {
                throw new StartupException(ExitCode.DiskFull,
                    $"The disk of '{path}' has less than {RoomNeeded >> 20} MiB free. Make room, or choose another --path.");
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartupException(ExitCode.PermissionDenied, $"'{path}' cannot be written by the user '{Environment.UserName}': {e.Message}", e);
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw new StartupException(ExitCode.DiskFull, $"The disk of '{path}' is full: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StartupException(ExitCode.PermissionDenied, $"'{path}' cannot be used as a data directory: {e.Message}", e);
        }
        RequireUnlocked(path);
    }

    // The engine holds an flock on the file "status" as long as it runs; FileShare.None takes the same kind of lock.
    private static void RequireUnlocked(string path)
    {
        var status = Path.Combine(path, "status");
        if (!File.Exists(status)) return;
        try
        {
            new FileStream(status, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartupException(ExitCode.PermissionDenied, $"'{status}' cannot be written by the user '{Environment.UserName}': {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StartupException(ExitCode.DataDirectoryLocked,
                $"'{path}' is in use by another process; a data directory serves one process at a time. Stop that process, or choose another --path.", e);
        }
    }

    private static bool IsDiskFull(IOException e) => (e.HResult & 0xFFFF) is 28 /* ENOSPC */ or 122 /* EDQUOT */;
}
