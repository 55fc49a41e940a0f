using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Validation;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Server.Export;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.Tracking.Ingest;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rollups;
using Microsoft.Extensions.Configuration;

namespace AnalyticsGraph.Server.Tests.Contract;

/// <summary>The limits as they are documented, set and told.</summary>
[Collection("sample")]
public sealed partial class LimitTests(SampleServer sample)
{
    [Fact]
    public void Page_Should_ListEveryLimit()
    {
        Type[] settings =
        [
            typeof(GraphQLExecutorOptions), typeof(ParserLimits), typeof(ValidationOptions), typeof(CostOptions), typeof(HttpSettings), typeof(GraphQLBatchOptions), typeof(MappingLimits), typeof(ClickHouseLimits),
            typeof(SeriesLimits), typeof(AggregateLimits), typeof(IngestLimits), typeof(PointLogOptions), typeof(RollupOptions), typeof(ExportLimits), typeof(GraphQLWebSocketOptions), typeof(GraphQLEventStreamOptions),
        ];
        var named = Named().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "limits.md"))).SelectMany(match => match.Value.Trim('`').Split(':')).ToHashSet(StringComparer.Ordinal);

        var missing = settings.SelectMany(type => type.GetProperties()).Where(property => property.SetMethod is not null && property.Name is not (nameof(GraphQLExecutorOptions.OnUnexpectedError) or nameof(GraphQLWebSocketOptions.OnConnect)))
            .Select(property => property.Name).Where(name => !named.Contains(name));

        Assert.Empty(missing);
    }

    [Fact]
    public void Configuration_Should_SetLimits_When_ItNamesThem()
    {
        var limits = ServerLimits.From(Configuration(
            ("GraphQL:MaxDepth", "20"), ("GraphQL:ParserLimits:MaxTokens", "99"), ("GraphQL:Cost:MaxTypeCost", "5.5"), ("GraphQL:Timeout", "00:00:07"), ("Mapping:MaxPage", "77"), ("Series:MaxPointsPerSeries", "8"),
            ("Log:MaxGroupPoints", "17"), ("Rollups:LeastPoints", "1000"), ("WebSockets:PingInterval", "00:00:09"), ("WebSockets:AllowedOrigins:0", "https://a.example"), ("EventStreams:MaxOperations", "3")));

        Assert.Equal((20, 99, 5.5, TimeSpan.FromSeconds(7)), (limits.GraphQL.MaxDepth, limits.GraphQL.ParserLimits.MaxTokens, limits.GraphQL.Cost.MaxTypeCost, limits.GraphQL.Timeout));
        Assert.Equal((TimeSpan.FromSeconds(9), 3), (limits.WebSockets.PingInterval, limits.EventStreams.MaxOperations));
        Assert.Equal(["https://a.example"], limits.WebSockets.AllowedOrigins);
        Assert.Equal((17, 1000L), (limits.Log.MaxGroupPoints, limits.Rollups.LeastPoints));
        Assert.Equal((77, 8L), (limits.Mapping.MaxPage, limits.Series.MaxPointsPerSeries));
        Assert.Equal((ParserLimits.Default.MaxDepth, 50_000, 1_000), (limits.GraphQL.ParserLimits.MaxDepth, ParserLimits.Default.MaxTokens, limits.Mapping.MaxIds));
    }

    [Theory]
    [InlineData("GraphQL:MaxDepht", "20", "GraphQL:MaxDepht is no setting of this server. Did you mean GraphQL:MaxDepth?")]
    [InlineData("Mapping:clickhouse:MaxQueris", "20", "Mapping:clickhouse:MaxQueris is no setting of this server. Did you mean Mapping:clickhouse:MaxQueries?")]
    [InlineData("GraphQL:MaxDepth:Most", "20", "GraphQL:MaxDepth:Most is no setting")]
    [InlineData("GraphQL:ServesSchema", "false", "GraphQL:ServesSchema is no setting")]
    [InlineData("WebSockets:OnConnect", "x", "WebSockets:OnConnect is no setting")]
    [InlineData("Mapping:MaxPage", "many", "many")]
    [InlineData("Http:Batch:MaxSize", "0", "greater than or equal to '1'")]
    [InlineData("GraphQL:ParserLimits:MaxDepth", "100000", "MaxDepth")]
    [InlineData("Log:Committers", "0", "greater than or equal to '1'")]
    [InlineData("Ingest:MaxHeldRequests", "0", "greater than or equal to '1'")]
    [InlineData("Rollups:Interval", "00:00:00", "Interval ('00:00:00') must be greater")]
    public void Configuration_Should_NameTheSetting_When_ItIsNoLimit(string name, string value, string told)
    {
        var exception = Assert.Throws<SettingException>(() => ServerLimits.From(Configuration((name, value))));

        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
        Assert.Contains(name[..name.IndexOf(':', StringComparison.Ordinal)], exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GrahpQL:MaxDepth", "GrahpQL is no section of this server's settings. Did you mean GraphQL?")]
    [InlineData("Rollup:Interval", "Did you mean Rollups?")]
    [InlineData("ConnectionString:Postgres", "Did you mean ConnectionStrings?")]
    [InlineData("ConnectionStrings:PostgreSQL", "ConnectionStrings:PostgreSQL is no setting of this server: the stores' are ConnectionStrings:Postgres and ConnectionStrings:ClickHouse.")]
    public void Configuration_Should_NameTheSection_When_ItIsOneOfOursButForALetter(string name, string told)
    {
        var exception = Assert.Throws<SettingException>(() => SettingNames.Check(Configuration((name, "x"))));

        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_Should_BeTaken_When_ItsSectionsAreDotnetsOrNobodys() => SettingNames.Check(Configuration(
        ("Logging:LogLevel:Default", "Debug"), ("Kestrel:Endpoints:Graph:Url", "http://127.0.0.1:0"), ("AllowedHosts", "*"), ("urls", "http://127.0.0.1:0"), ("https_port", "443"), ("Metrics:EnabledMetrics:Default", "true"),
        ("OTEL_SERVICE_NAME", "graph"), ("$schema", "https://json.schemastore.org/appsettings.json"), ("connectionstrings:postgres", "Host=db"), ("Serilog:MinimumLevel", "Debug")));

    [Fact]
    public async Task Answer_Should_TellTheCost_When_TheHeaderAsksForIt()
    {
        const string Query = "{ experiments(first: 10) { nodes { runs(first: 100) { nodes { name metrics { key } } } } } }";
        using var client = new HttpClient { BaseAddress = sample.Server.Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { query = Query }), Encoding.UTF8, "application/json"),
            Headers = { { "GraphQL-Cost", "report" } },
        };
        using var response = await client.SendAsync(request);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal("""{"fieldCost":1022,"typeCost":21022}""", json.RootElement.GetProperty("extensions").GetProperty("operationCost").GetRawText());
        Assert.Contains("\"fieldCost\":1022,\"typeCost\":21022", File.ReadAllText(Path.Combine(Repository.Root, "docs", "limits.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ runs(first: 1001) { totalCount } }", "`first` of Query.runs is 1001; at most 1000 rows are read at once.")]
    [InlineData("query($n: Int = 1001) { experiments { nodes { runs(last: $n) { totalCount } } } }", "`last` of Experiment.runs is 1001; at most 1000 rows are read at once.")]
    public async Task Request_Should_BeRefusedBeforeItRuns_When_APageIsTooLarge(string query, string message)
    {
        using var client = new HttpClient { BaseAddress = sample.Server.Url };
        using var response = await client.PostAsync("/graphql", new StringContent(JsonSerializer.Serialize(new { query }), Encoding.UTF8, "application/json"));
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        var error = json.RootElement.GetProperty("errors")[0];
        Assert.StartsWith(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(error.TryGetProperty("locations", out _));
        Assert.False(json.RootElement.TryGetProperty("data", out _));
    }

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, string? (setting) => setting.Value)).Build();

    [GeneratedRegex("`[A-Za-z:]+`")]
    private static partial Regex Named();
}
