using System.Reflection;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>The definitions of the mapping directives, as <c>schema/mapping.graphql</c> has them; embedded in this assembly.</summary>
public static class MappingDirectives
{
    /// <summary>The SDL.</summary>
    public static string Sdl { get; } = Read();

    private static string Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("mapping.graphql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
