using System.Reflection;
using AnalyticsGraph.GraphQL.Persisted;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>The files of trusted operations: <c>schema/operations</c> of this build, and a folder of the server's owner.</summary>
internal static class TrustedFiles
{
    /// <summary>What the names of this build's files begin with.</summary>
    public const string Prefix = "operations/";

    /// <summary>Reads them.</summary>
    /// <param name="folder">The owner's folder; null for none.</param>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    public static IEnumerable<DocumentFile> Read(string? folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var source = new byte[stream.Length];
            stream.ReadExactly(source);
            yield return new DocumentFile($"schema/{name}", source);
        }

        foreach (var file in folder is null ? [] : Directory.GetFiles(folder, "*.graphql").Order(StringComparer.Ordinal).ToArray())
        {
            yield return new DocumentFile(file, File.ReadAllBytes(file));
        }
    }
}
