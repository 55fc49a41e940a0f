namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>Where the tests find libchdb.so: the repository's locked engines, or the file named by ANALYTICSGRAPH_LIBCHDB.</summary>
internal static class Libchdb
{
    internal static string RepositoryRoot { get; } = FindRoot();

    internal static string Path { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("ANALYTICSGRAPH_LIBCHDB") is { Length: > 0 } given) return given;
        var installed = System.IO.Path.Combine(RepositoryRoot, "engines", "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so");
        return File.Exists(installed)
            ? installed
            : throw new InvalidOperationException($"{installed} is missing: run `npm ci` in the folder 'engines', or name a libchdb.so in ANALYTICSGRAPH_LIBCHDB.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "AnalyticsGraph.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The tests must run from within the repository.");
    }
}
