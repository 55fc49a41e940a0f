using System.Reflection;
using System.Xml.Linq;

namespace AnalyticsGraph.Server.Tests.Architecture;

/// <summary>Holds the rule of ARCHITECTURE.md: who may use whom, top to bottom, never upwards.</summary>
public sealed class RoomTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["GraphQL"] = [],
        ["ClickHouse"] = [],
        ["LocalClickHouse"] = [],
        ["Engines"] = [],
        ["GraphQL.Http"] = ["GraphQL"],
        ["Mapping"] = ["GraphQL", "ClickHouse"],
        ["Analytics"] = ["Mapping", "GraphQL", "ClickHouse"],
        ["Tracking"] = ["Mapping", "GraphQL", "ClickHouse"],
        ["Mlflow"] = ["Tracking", "Analytics", "Mapping", "GraphQL", "ClickHouse"],
        ["Server"] = ["GraphQL.Http", "Mlflow", "Tracking", "Analytics", "Mapping", "GraphQL", "ClickHouse", "Engines"],
    };

    public static TheoryData<string> Rooms => [.. MayUse.Keys];

    [Fact]
    public void Rooms_Should_BeTheProjectsOfSrc()
    {
        var projects = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(RoomOf);

        Assert.Equal(MayUse.Keys.Order(), projects.Order());
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ProjectReferences_Should_NotPointUpwards(string room)
    {
        // A reference for building alone (an executable put beside the output) gives no access to types.
        var project = XDocument.Load(Path.Combine(Repository.Root, "src", $"AnalyticsGraph.{room}", $"AnalyticsGraph.{room}.csproj"));
        var references = project.Descendants("ProjectReference")
            .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
            .Select(r => RoomOf((string)r.Attribute("Include")!));

        Assert.Empty(references.Except(MayUse[room]));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Assembly_Should_UseOnlyAllowedRooms(string room)
    {
        // Transitive project references make lower floors visible; what is really used stands in the assembly.
        var path = Path.Combine(AppContext.BaseDirectory, $"AnalyticsGraph.{room}.dll");
        if (room == "LocalClickHouse")
        {
            path = Directory.EnumerateFiles(AppContext.BaseDirectory, "AnalyticsGraph.LocalClickHouse.dll", SearchOption.AllDirectories).First();
        }

        var used = Assembly.LoadFile(path).GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(n => n.StartsWith("AnalyticsGraph.", StringComparison.Ordinal))
            .Select(n => n["AnalyticsGraph.".Length..]);

        Assert.Empty(used.Except(MayUse[room]));
    }

    private static string RoomOf(string projectPath) =>
        Path.GetFileNameWithoutExtension(projectPath.Replace('\\', '/'))["AnalyticsGraph.".Length..];
}
