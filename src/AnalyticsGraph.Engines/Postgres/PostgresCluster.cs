using AnalyticsGraph.Engines.Data;
using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.Engines.Postgres;

/// <summary>PostgreSQL's folder of data: made once, then checked.</summary>
/// <param name="Binaries">The folder with bin, lib, share, which the owner can enter.</param>
/// <param name="Data">The folder of data.</param>
/// <param name="Account">Its owner.</param>
/// <param name="CanEnter">Whether the owner can enter the folder by its path.</param>
internal sealed record PostgresCluster(string Binaries, string Data, PostgresAccount Account, bool CanEnter)
{
    private const string Version = "18";

    /// <summary>Nothing of the caller's own PostgreSQL surroundings; messages in English.</summary>
    internal static readonly IReadOnlyDictionary<string, string?> Environment = new Dictionary<string, string?>
    {
        ["LC_ALL"] = "C",
        ["PGDATA"] = null,
        ["PGHOST"] = null,
        ["PGPORT"] = null,
        ["PGUSER"] = null,
        ["PGDATABASE"] = null,
        ["PGOPTIONS"] = null,
        ["PGTZ"] = null,
    };

    /// <summary>
    /// How PostgreSQL is told its folder. Where its user cannot enter by the path (a parent is 0700), it is started in the folder and
    /// told "where you are": the kernel resolves /proc/self/cwd without walking the path, and PostgreSQL never leaves the folder.
    /// </summary>
    internal string DataArgument => CanEnter ? Data : "/proc/self/cwd";

    internal string Program(string name) => Path.Combine(Binaries, "bin", name);

    /// <summary>Makes the folder of data where there is none; else gives it to the owner and checks its version.</summary>
    internal async Task PrepareAsync(CancellationToken cancellation)
    {
        RemoveUnfinished();
        if (!Directory.Exists(Data))
        {
            await InitializeAsync(cancellation).ConfigureAwait(false);
            return;
        }
        Account.OwnTree(Data);
        var file = Path.Combine(Data, "PG_VERSION");
        var version = File.Exists(file) ? (await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false)).Trim() : "none";
        if (version == Version) return;
        throw new EngineException(
            EngineErrorCodes.DataFormat,
            $"{Data} holds data of PostgreSQL version {version}; this program brings version {Version}.",
            "Start the release that wrote it and move the data with pg_dump, or choose another folder with --data.");
    }

    /// <summary>In a folder beside, renamed when it is whole: a folder named postgres is never half made.</summary>
    private async Task InitializeAsync(CancellationToken cancellation)
    {
        var staging = $"{Data}.{System.Environment.ProcessId}.new";
        Directory.CreateDirectory(staging, FileModes.OwnerOnly);
        Account.Own(staging);
        var argument = CanEnter ? staging : DataArgument;
        await RunAsync(
            [
                Program("initdb"), "-D", argument, "--username", PostgresConfiguration.Role, "--encoding", "UTF8",
                "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C", "--auth", "peer",
            ],
            staging, "", cancellation).ConfigureAwait(false);
        await RunAsync([Program("postgres"), "--single", "-j", "-D", argument, "postgres"], staging, $"CREATE DATABASE {PostgresConfiguration.Database};\n\n", cancellation).ConfigureAwait(false);
        Directory.Move(staging, Data);
    }

    private void RemoveUnfinished()
    {
        foreach (var old in Directory.EnumerateDirectories(Path.GetDirectoryName(Data)!, $"{Path.GetFileName(Data)}.*.new"))
        {
            try
            {
                Directory.Delete(old, recursive: true);
            }
            catch (IOException)
            {
                // The initdb of a server that was just killed still writes there. It is in nobody's way, and goes with the next start.
            }
        }
    }

    private async Task RunAsync(IReadOnlyList<string> command, string folder, string input, CancellationToken cancellation)
    {
        var (code, output) = await Command.RunAsync(Account.As(command), folder, Environment, input, cancellation).ConfigureAwait(false);
        if (code == 0) return;
        throw new EngineException(
            output.Contains("No space left", StringComparison.Ordinal) ? EngineErrorCodes.DiskFull : EngineErrorCodes.InitializationFailed,
            $"PostgreSQL's data could not be created in {Data}: {Path.GetFileName(command[0])} ended with exit code {code} and said:\n{output}\n",
            "Mend what it names, or choose another folder with --data; nothing was left behind that a next start would use.");
    }
}
