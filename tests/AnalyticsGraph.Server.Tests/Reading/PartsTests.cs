using System.Text.Json;
using System.Text.Json.Nodes;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.Tests;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Responses of the whole graph in parts: <c>@defer</c> and <c>@stream</c> over both stores.</summary>
[Collection("sample")]
public sealed class PartsTests(SampleServer sample)
{
    private const string Deferred =
        """
        {
          runs(where: {experiment: {name: {eq: "wine-sgd"}}}, first: 10) {
            nodes {
              name
              ... @defer(label: "details") { params { key value } tags { key value } metrics { key count } }
              ... @defer(label: "chart") { series(key: "train/loss", sample: {lttb: {points: 100}}) { count steps values } }
            }
          }
        }
        """;

    private const string Streamed =
        """
        {
          runs(where: {experiment: {name: {eq: "wine-sgd"}}}, first: 3) {
            totalCount
            nodes @stream(initialCount: 1, label: "rest") { name ... @defer(label: "params") { params { key } } }
          }
        }
        """;

    [Fact]
    public async Task Deferred_Should_AskEachStoreOnce_When_ManyRunsWait()
    {
        var parts = await sample.Server.RunInPartsAsync(Deferred);

        // The runs alone; then 20 deferred fragments by one round trip and one query.
        Assert.Equal((1, 0), (parts[0].PostgresRoundTrips, parts[0].ClickHouseQueries));
        Assert.Equal(20, JsonDocument.Parse(parts[0].Part).RootElement.GetProperty("pending").GetArrayLength());
        Assert.Equal((2, 1), (parts[^1].PostgresRoundTrips, parts[^1].ClickHouseQueries));
    }

    [Theory]
    [InlineData(Deferred)]
    [InlineData(Streamed)]
    [InlineData("""{ runs(where: {name: {eq: "lm-23"}}) { nodes { series(key: "loss") { count steps @stream(initialCount: 100) values @stream } } } }""")]
    [InlineData("""{ experiments { edges @stream { cursor node { name runs(last: 5) { nodes @stream(initialCount: 2) { uuid ... @defer { metrics { key latest { value step } } } } } } } } }""")]
    public async Task Parts_Should_MakeTheWholeResponse(string query)
    {
        var whole = await sample.Server.RunAsync(query);

        var parts = await sample.Server.RunInPartsAsync(query);

        using var expected = JsonDocument.Parse($$"""{"data":{{whole.GetRawText()}}}""");
        Assert.Equal(
            DeliveredParts.Of([expected.RootElement]).DataText(),
            DeliveredParts.Of([.. parts.Select(part => JsonDocument.Parse(part.Part).RootElement)]).DataText());
    }

    [Fact]
    public async Task Readme_Should_ShowWhatCurlGets()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        var example = readme.ReplaceLineEndings("\n").Split("\n## In parts\n", 2)[1].Split("```");
        var query = example[1].Split("-d '", 2)[1].Split("'\n", 2)[0];
        using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = new StringContent(query, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Accept", "multipart/mixed");

        using var response = await sample.Server.Http.SendAsync(request);

        Assert.Equal(example[3].Trim('\n'), (await response.Content.ReadAsStringAsync()).ReplaceLineEndings("\n").Trim('\n'));
    }

    [Fact]
    public async Task Parts_Should_Match_When_Reviewed()
    {
        var parts = (await sample.Server.RunInPartsAsync(Streamed)).Select(part => JsonNode.Parse(part.Part)!).ToList();

        // How what comes later is divided into parts is a matter of time; what comes of each delivery is not.
        Snapshot.Match("parts.jsonl", string.Join('\n',
        [
            parts[0].ToJsonString(),
            .. All("pending").Select(pending => pending.ToJsonString()),
            .. All("incremental").GroupBy(delivery => (string)delivery["id"]!).OrderBy(deliveries => deliveries.Key, StringComparer.Ordinal).Select(Joined),
            .. All("completed").Select(completed => $"completed {completed.ToJsonString()}").Order(StringComparer.Ordinal),
        ]));

        IEnumerable<JsonNode> All(string name) => parts.Skip(1).SelectMany(part => part[name]?.AsArray() ?? []).Select(node => node!);

        static string Joined(IGrouping<string, JsonNode> deliveries) =>
            $"{deliveries.Key} {string.Join(' ', deliveries.SelectMany(delivery => delivery["items"]?.AsArray().Select(item => item!.ToJsonString()) ?? [delivery["data"]!.ToJsonString()]))}";
    }
}
