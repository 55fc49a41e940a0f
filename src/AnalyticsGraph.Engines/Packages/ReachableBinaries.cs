using System.Security.Cryptography;
using System.Text;
using AnalyticsGraph.Engines.Data;
using AnalyticsGraph.Engines.Postgres;
using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.Engines.Packages;

/// <summary>
/// PostgreSQL's folder in a place that its user can enter. A checkout below a closed home (/root is 0700) is not one: then the
/// binaries are copied once, named by their content, owned by root, writable by nobody else.
/// </summary>
internal static class ReachableBinaries
{
    private static readonly string[] Places = ["/var/tmp", "/tmp", "/var/lib"];

    /// <summary>The folder itself where its user can run it, else the copy.</summary>
    internal static Task<string> FindAsync(string original, PostgresAccount account, CancellationToken cancellation) => FindAsync(original, account, Places, cancellation);

    internal static async Task<string> FindAsync(string original, PostgresAccount account, string[] places, CancellationToken cancellation)
    {
        if (await account.CanRunAsync(Path.Combine(original, "bin/postgres"), cancellation).ConfigureAwait(false)) return original;
        var files = Files(original);
        var name = $"analyticsgraph-postgres-{Fingerprint(original, files)}";
        foreach (var place in places)
        {
            var copy = Path.Combine(place, name);
            if (!IsWhole(copy, original, files) && !TryCopy(original, files, copy)) continue;
            // Not everywhere may programs be run (noexec).
            if (await account.CanRunAsync(Path.Combine(copy, "bin/postgres"), cancellation).ConfigureAwait(false)) return copy;
        }
        throw new EngineException(
            EngineErrorCodes.PermissionDenied,
            $"PostgreSQL must run as '{account.Owner.Name}', which may not enter {original}, and no copy can be made in {string.Join(", ", places)}.",
            $"Move the source folder to where that user can enter, name one by {EnginePackages.FolderVariable}, or start as an unprivileged user.");
    }

    private static string[] Files(string root) =>
        [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];

    /// <summary>The content of the program, the names and lengths of the rest (whose content the package's version fixes).</summary>
    private static string Fingerprint(string root, string[] files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(Path.Combine(root, "bin/postgres")));
        foreach (var file in files) hash.AppendData(Encoding.UTF8.GetBytes($"{file}\0{Length(root, file)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..24];
    }

    /// <summary>Links count as the files they name: a copy has no links.</summary>
    private static long Length(string root, string file)
    {
        var path = Path.Combine(root, file);
        return ((File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo) ?? new FileInfo(path)).Length;
    }

    /// <summary>All there (cleaners of temporary folders take single files), and only this user can have made it.</summary>
    private static bool IsWhole(string copy, string original, string[] files) =>
        LibC.Facts(copy) is { IsFolder: true, OthersMayWrite: false } facts && facts.Owner == LibC.EffectiveUser
        && files.All(file => new FileInfo(Path.Combine(copy, file)) is { Exists: true } found && found.Length == Length(original, file));

    private static bool TryCopy(string original, string[] files, string copy)
    {
        var staging = $"{copy}.{Environment.ProcessId}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        try
        {
            // Closed while it is filled: nobody can slip a file in, whatever the sticky bit of the place.
            Directory.CreateDirectory(staging, FileModes.OwnerOnly);
            foreach (var file in files)
            {
                var target = Path.Combine(staging, file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!, FileModes.Program);
                File.Copy(Path.Combine(original, file), target);
                File.SetUnixFileMode(target, file.StartsWith("bin/", StringComparison.Ordinal) ? FileModes.Program : FileModes.Program & ~FileModes.Execute);
            }
            File.SetUnixFileMode(staging, FileModes.Program);
            if (LibC.Facts(copy) is { } old)
            {
                if (old.Owner != LibC.EffectiveUser) return Abandon(staging);
                Directory.Move(copy, $"{staging}.old");
                Directory.Delete($"{staging}.old", recursive: true);
            }
            Directory.Move(staging, copy);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // This place is full, read-only, or a parallel start was first: the caller checks and tries the next.
            return Abandon(staging);
        }
    }

    private static bool Abandon(string staging)
    {
        if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        return false;
    }
}
