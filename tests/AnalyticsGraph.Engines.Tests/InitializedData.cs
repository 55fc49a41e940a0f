using System.Globalization;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>A data folder that was started once, to copy from: initdb is most of a first start, and only few tests are about it.</summary>
internal static class InitializedData
{
    private const string Prefix = "ag-initialized-";
    private static readonly Lazy<Task<string>> Original = new(MakeAsync);

    internal static async Task CopyToAsync(string data)
    {
        Directory.CreateDirectory(data);
        await CopyAsync(await Original.Value, Path.Combine(data, "postgres"));
    }

    /// <summary>Owners and links as they are.</summary>
    internal static async Task CopyAsync(string from, string to, string how = "-a")
    {
        var (code, output) = await Command.RunAsync(["cp", how, from, to], "/", [], "", default);
        Assert.True(code == 0, output);
    }

    private static async Task<string> MakeAsync()
    {
        // A test host may be ended without a word, so the next one clears away what is nobody's any more.
        foreach (var old in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
            if (LibC.Facts(old)?.Owner == LibC.EffectiveUser && !LibC.Kill(int.Parse(Path.GetFileName(old)[Prefix.Length..], CultureInfo.InvariantCulture), 0)) Directory.Delete(old, recursive: true);
        var folder = Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}");
        await using (await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = folder, StartClickHouse = false }, NullLoggerFactory.Instance))
            return Path.Combine(folder, "postgres");
    }
}
