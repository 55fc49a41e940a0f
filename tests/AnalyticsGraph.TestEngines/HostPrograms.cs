using AnalyticsGraph.Engines;

namespace AnalyticsGraph.TestEngines;

/// <summary>
/// What a process that owns engines needs of a test project's output. It runs from a copy, so that a build may write there
/// meanwhile, and another user may run it wherever the checkout lies.
/// </summary>
internal static class HostPrograms
{
    /// <summary>The output folder that this assembly runs in.</summary>
    internal static string Source { get; } = Path.GetDirectoryName(typeof(HostPrograms).Assembly.Location)!;

    /// <summary>The folder of LocalClickHouse's program, relative.</summary>
    internal const string LocalClickHouse = "localclickhouse";

    /// <summary>The files, relative: the same in the output of every test project, so that all find one host.</summary>
    internal static IEnumerable<string> Files() =>
        new[] { "AnalyticsGraph.Engines.dll", "AnalyticsGraph.TestEngines.dll" }.Select(file => Path.Combine(Source, file))
            .Concat(Directory.EnumerateFiles(Path.Combine(Source, LocalClickHouse), "*", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Source, file))
            .Order(StringComparer.Ordinal);

    /// <summary>Makes the copy.</summary>
    internal static void CopyTo(string target)
    {
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        foreach (var file in Files())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, file))!);
            File.Copy(Path.Combine(Source, file), Path.Combine(target, file));
        }
        // Without a .deps.json the runtime takes what lies in the folder; the logging abstractions are in ASP.NET Core's framework, which LocalClickHouse needs anyway.
        File.WriteAllText(Path.Combine(target, "AnalyticsGraph.TestEngines.runtimeconfig.json"), """{ "runtimeOptions": { "framework": { "name": "Microsoft.AspNetCore.App", "version": "10.0.0" } } }""");
    }

    /// <summary>The command that runs a copy.</summary>
    internal static string[] Command(string copy, params string[] arguments) =>
        [Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet")), Path.Combine(copy, "AnalyticsGraph.TestEngines.dll"), .. arguments];

    /// <summary>The packages are found from the test project's output; a copy is told.</summary>
    internal static string Packages() =>
        EmbeddedEngines.FindPackages() ?? throw new InvalidOperationException($"engines/node_modules was not found above {Source}: build again, or run 'node engines/restore.mjs'.");
}
