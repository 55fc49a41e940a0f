using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace AnalyticsGraph.Tests.Differential;

/// <summary>Runs the scripts of <c>tests/differential</c>, or of another folder beside it. Their packages are installed from the lockfile when their folder is missing, or older.</summary>
internal static class NodeScript
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Folders = new();

    /// <summary>Runs a script and returns what it wrote.</summary>
    /// <param name="arguments">The script and its arguments.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="folder">The folder of <c>tests</c> that it is in.</param>
    public static async Task<string> RunAsync(string[] arguments, string input = "", string folder = "differential") =>
        await RunAsync("node", arguments, await Folders.GetOrAdd(folder, name => new Lazy<Task<string>>(() => InstallAsync(name))).Value, input);

    private static async Task<string> InstallAsync(string name)
    {
        var folder = Path.Combine(Repository.Root, "tests", name);
        // Test projects run at the same time: one installs, the others wait for it.
        await using var installation = await LockAsync(Path.Combine(folder, ".installing"));
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (!File.Exists(installed) || File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
        {
            await RunAsync("npm", ["ci"], folder, "");
        }

        return folder;
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (waited.Elapsed < TimeSpan.FromMinutes(2))
            {
                continue;
            }
        }
    }

    private static async Task<string> RunAsync(string command, string[] arguments, string folder, string input)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        return await output;
    }
}
