using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AnalyticsGraph.Engines.Postgres;
using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.Engines.Data;

/// <summary>
/// Where the sockets lie: <c>run/</c> of the data folder, each engine's in a folder that only its user can enter. Elsewhere (the
/// user's runtime folder, or /tmp) where that path is too long for a socket (108 bytes), PostgreSQL's user cannot enter it, or the
/// file system has no sockets; <c>run/elsewhere</c> then names the place.
/// </summary>
internal sealed class SocketFolder : IDisposable
{
    private const int LongestPath = 100;
    private const string Prefix = "ag-";
    private readonly string _record;
    private readonly bool _elsewhere;

    private SocketFolder(string path, string record, bool elsewhere)
    {
        Root = path;
        _record = record;
        _elsewhere = elsewhere;
    }

    internal string Root { get; }

    /// <summary>The folder of PostgreSQL's socket.</summary>
    internal string Postgres => Path.Combine(Root, "pg");

    /// <summary>LocalClickHouse's socket.</summary>
    internal string ClickHouse => Path.Combine(Root, "ch", "http");

    /// <param name="data">The open data folder.</param>
    /// <param name="account">PostgreSQL's user; null where PostgreSQL is not started.</param>
    /// <param name="canEnter">Whether that user can enter the data folder.</param>
    internal static SocketFolder Create(DataFolder data, PostgresAccount? account, bool canEnter)
    {
        var record = Path.Combine(data.Sockets, "elsewhere");
        RemoveRecorded(record);
        Directory.CreateDirectory(data.Sockets, FileModes.PassThrough);
        SocketFolder folder;
        if (canEnter && Fits(data.Sockets) && CanBind(data.Sockets))
        {
            folder = new SocketFolder(data.Sockets, record, elsewhere: false);
        }
        else
        {
            folder = new SocketFolder(MakeElsewhere(account is { Switches: true }), record, elsewhere: true);
            File.WriteAllText(record, folder.Root);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(folder.ClickHouse)!, FileModes.OwnerOnly);
        Directory.CreateDirectory(folder.Postgres, FileModes.OwnerOnly);
        account?.Own(folder.Postgres);
        return folder;
    }

    public void Dispose()
    {
        if (_elsewhere) RemoveRecorded(_record);
    }

    /// <summary>A comma would part two hosts in a connection string.</summary>
    private static bool Fits(string folder) =>
        Encoding.UTF8.GetByteCount(Path.Combine(folder, "pg", ".s.PGSQL.5432")) <= LongestPath && !folder.Contains(',', StringComparison.Ordinal);

    private static bool CanBind(string folder)
    {
        var path = Path.Combine(folder, "probe");
        try
        {
            File.Delete(path);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string MakeElsewhere(bool othersPass)
    {
        // The runtime folder of a user is closed to all others.
        string?[] places = othersPass ? ["/tmp", "/var/tmp"] : [Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), "/tmp", "/var/tmp"];
        foreach (var place in places)
        {
            if (string.IsNullOrEmpty(place) || !Directory.Exists(place)) continue;
            var path = Path.Combine(place, Prefix + RandomNumberGenerator.GetHexString(12, lowercase: true));
            if (!Fits(path)) continue;
            try
            {
                Directory.CreateDirectory(path, othersPass ? FileModes.PassThrough : FileModes.OwnerOnly);
                if (CanBind(path)) return path;
                Directory.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not writable: the next place.
            }
        }
        throw new EngineException(
            EngineErrorCodes.SocketUnavailable,
            $"No place was found for the engines' Unix sockets: the data folder's path is too long or not fit for them, and {string.Join(", ", places.OfType<string>())} cannot be used.",
            "Choose a folder with a shorter path on a local disk with --data, or make /tmp writable.");
    }

    private static void RemoveRecorded(string record)
    {
        if (!File.Exists(record)) return;
        var path = File.ReadAllText(record).Trim();
        if (Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal) && LibC.Facts(path) is { IsFolder: true } facts && facts.Owner == LibC.EffectiveUser)
            Directory.Delete(path, recursive: true);
        File.Delete(record);
    }
}
