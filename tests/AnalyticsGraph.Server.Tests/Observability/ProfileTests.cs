using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>The profile of a request over both stores, and the page that shows one.</summary>
[Collection("sample")]
public sealed partial class ProfileTests(SampleServer sample)
{
    private const string Query =
        """query Curves { experiments(where: {name: {eq: "wine-sgd"}}) { nodes { name runs(first: 10) { nodes { name params { key value } series(key: "train/loss", sample: {lttb: {points: 100}}) { values } } } } } }""";

    [Fact]
    public async Task Report_Should_TellStepsAndRoundTripsByLevel()
    {
        var (_, counters) = await sample.Server.CountAsync(Query);
        using var response = await AskAsync(Query);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var profile = json.RootElement.GetProperty("extensions").GetProperty("profile");

        Assert.Equal((counters.PostgresRoundTrips, counters.PostgresStatements), (profile.At("stores.postgresql.roundTrips").GetInt32(), profile.At("stores.postgresql.statements").GetInt32()));
        Assert.Equal(counters.ClickHouseQueries, profile.At("stores.clickhouse.roundTrips").GetInt32());
        Assert.False(profile.TryGetProperty("roundTrips", out _));
        var levels = profile.GetProperty("levels").EnumerateArray().ToList();
        Assert.Equal(["experiments", "experiments.nodes.runs", "experiments.nodes.runs.nodes.params", "experiments.nodes.runs.nodes.series.values"], levels.Select(level => level.At("steps.0.path").GetString()));
        Assert.False(levels[3].TryGetProperty("roundTrips", out _));
        var trips = levels[2].GetProperty("roundTrips").EnumerateArray().ToList();
        Assert.Equal(["clickhouse", "postgresql"], trips.Select(trip => trip.GetProperty("store").GetString()).Order());
        var points = trips.Single(trip => trip.GetProperty("store").GetString() == "clickhouse");
        Assert.Equal("experiments.nodes.runs.nodes.series", points.At("statements.0.fields.0").GetString());
        Assert.True(points.At("statements.0.rows").GetInt64() > 0 && points.At("statements.0.bytes").GetInt64() > 0 && points.At("readRows").GetInt64() >= 0);
        Assert.All(levels.Take(3).SelectMany(level => level.GetProperty("roundTrips").EnumerateArray()), trip => Assert.DoesNotContain("train/loss", trip.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServerTiming_Should_TellTheStores()
    {
        using var response = await AskAsync(Query);

        Assert.Matches("execute;dur=[0-9.]+, serialize;dur=[0-9.]+, clickhouse;dur=[0-9.]+, postgresql;dur=[0-9.]+$", Assert.Single(response.Headers.GetValues("Server-Timing")));
    }

    [Fact]
    public async Task Statements_Should_StaySecret_When_NothingWasSet()
    {
        using var request = Request(Query, "");
        using var response = await sample.Server.Http.SendAsync(request);

        Assert.Equal("refused", Assert.Single(response.Headers.GetValues("GraphQL-Profile")));
        Assert.DoesNotContain("extensions", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // The page's example has the members that a profile has, no more and no less.
    [Fact]
    public async Task Page_Should_ShowAProfileAsItIs()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "observability.md"));
        using var shown = JsonDocument.Parse(Example().Match(page).Groups[1].Value);
        using var response = await AskAsync(Query + " # as the first caller finds it");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(Shape(json.RootElement.GetProperty("extensions")), Shape(shown.RootElement.GetProperty("extensions")));
    }

    private async Task<HttpResponseMessage> AskAsync(string query)
    {
        await using var server = await InProcessServer.StartAsync(sample.Postgres, sample.ClickHouse, new ServerLimits { Http = new HttpSettings { Profile = ProfileAccess.Local } });
        using var request = Request(query, server.Url.ToString());
        return await server.Http.SendAsync(request);
    }

    private static HttpRequestMessage Request(string query, string url) => new(HttpMethod.Post, $"{url}graphql")
    {
        Content = new StringContent(JsonSerializer.Serialize(new { query }), Encoding.UTF8, "application/json"),
        Headers = { { "GraphQL-Profile", "report" } },
    };

    private static SortedSet<string> Shape(JsonElement json)
    {
        var shape = new SortedSet<string>(StringComparer.Ordinal);
        Add(json, "");
        return shape;

        void Add(JsonElement value, string path)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        Add(member.Value, $"{path}.{member.Name}");
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Add(item, path + "[]");
                    }

                    break;
                default:
                    shape.Add(path);
                    break;
            }
        }
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
