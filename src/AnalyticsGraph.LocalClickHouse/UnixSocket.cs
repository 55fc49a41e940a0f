using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse;

/// <summary>The socket's file: one left behind by a killed process is removed, one in use is respected, and only its owner may connect.</summary>
internal static class UnixSocket
{
    // sun_path of sockaddr_un, with its closing zero.
    private const int LongestPath = 107;

    /// <exception cref="StartupException">The path cannot be listened on.</exception>
    internal static void Prepare(string? path)
    {
        if (path is null) return;
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw new StartupException(ExitCode.AddressUnavailable,
                $"The socket's path has more than {LongestPath} bytes, the most Linux allows: '{path}'. Choose a shorter --socket.");
        }
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path)) return;
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            if (Answers(probe, path))
            {
                throw new StartupException(ExitCode.AddressUnavailable, $"Another process listens on '{path}'. Stop it, or choose another --socket.");
            }
            File.Delete(path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartupException(ExitCode.PermissionDenied, $"The socket '{path}' cannot be made by the user '{Environment.UserName}': {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StartupException(ExitCode.AddressUnavailable, $"The socket '{path}' cannot be made: {e.Message}. Choose another --socket, on a local disk.", e);
        }
    }

    /// <summary>Lets only the owner connect.</summary>
    internal static void Protect(string? path)
    {
        if (path is not null && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static bool Answers(Socket probe, string path)
    {
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
