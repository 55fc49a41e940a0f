using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace AnalyticsGraph.Server.Tests.Contract;

/// <summary>What a team with containers uses, as far as it can be checked without an engine.</summary>
public sealed partial class ContainerTests
{
    private static readonly Dictionary<object, object> Compose = new DeserializerBuilder().Build()
        .Deserialize<Dictionary<object, object>>(File.ReadAllText(Path.Combine(Repository.Root, "docker-compose.yml")));

    [Fact]
    public void Compose_Should_HaveTheStoresAndTheServer_When_ItIsParsed()
    {
        Assert.Equal(["clickhouse", "postgres", "redis", "server"], Services().Keys.Cast<string>().Order());
        Assert.All((string[])["clickhouse", "postgres", "redis"], name => Assert.Contains("image", Service(name).Keys));
        Assert.Equal(".", Service("server")["build"]);
        Assert.Equal(["clickhouse", "postgres", "redis"], ((Dictionary<object, object>)Service("server")["depends_on"]).Keys.Cast<string>().Order());
    }

    [Fact]
    public void Compose_Should_NameServicesAndVolumesThatExist_When_OthersReferToThem()
    {
        var environment = (Dictionary<object, object>)Service("server")["environment"];
        Assert.Equal(["ConnectionStrings__ClickHouse", "ConnectionStrings__Postgres"], environment.Keys.Cast<string>().Order());
        Assert.Contains("Host=postgres;", (string)environment["ConnectionStrings__Postgres"], StringComparison.Ordinal);
        Assert.Contains("Host=clickhouse;", (string)environment["ConnectionStrings__ClickHouse"], StringComparison.Ordinal);
        var volumes = ((Dictionary<object, object>)Compose["volumes"]).Keys;
        Assert.All(
            Services().Keys.Cast<string>().Where(name => Service(name).ContainsKey("volumes")).SelectMany(name => (List<object>)Service(name)["volumes"]),
            volume => Assert.Contains(((string)volume).Split(':')[0], volumes));
    }

    /// <summary>The port that the server listens on inside is the one that is published.</summary>
    [Fact]
    public void Compose_Should_PublishThePortOfTheDockerfile_When_TheServerListens()
    {
        var published = (string)((List<object>)Service("server")["ports"])[0];
        Assert.Contains($"EXPOSE {published.Split(':')[^1]}\n", Dockerfile(), StringComparison.Ordinal);
        Assert.Contains($"0.0.0.0:{published.Split(':')[^1]}", Dockerfile(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dockerfile_Should_NamePathsThatExist_When_ItBuilds()
    {
        var paths = SourcePath().Matches(Dockerfile()).Select(match => match.Value).ToList();
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(Directory.Exists(Path.Combine(Repository.Root, path)), $"The Dockerfile builds {path}, which does not exist."));
        Assert.Contains("AnalyticsGraph.Server.dll", Dockerfile(), StringComparison.Ordinal);
        // The IDE is an npm package of the lock file, and goes where the server looks for a published one.
        Assert.Contains("/node_modules/@chillicream/bananacakepop-graphql-ide ide\n", Dockerfile(), StringComparison.Ordinal);
        Assert.Contains("\"@chillicream/bananacakepop-graphql-ide\"", File.ReadAllText(Path.Combine(Repository.Root, "engines", "package.json")), StringComparison.Ordinal);
        // What the build copies must not be kept out of its context.
        var ignored = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"));
        Assert.DoesNotContain(ignored, line => line.Trim('/') is "src" or "schema" or "migrations" or "engines");
    }

    private static string Dockerfile() => File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));

    private static Dictionary<object, object> Services() => (Dictionary<object, object>)Compose["services"];

    private static Dictionary<object, object> Service(string name) => (Dictionary<object, object>)Services()[name];

    [GeneratedRegex(@"\bsrc/[\w./-]+")]
    private static partial Regex SourcePath();
}
