using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Contract;

/// <summary>What is public is reviewed: a change shows in a snapshot. With <c>UPDATE_SNAPSHOTS=1</c> they are written anew.</summary>
[Collection("sample")]
public sealed class SnapshotTests(SampleServer sample)
{
    [Fact]
    public async Task Sdl_Should_BeTheReviewedOne_When_ItIsServed() => Snapshot.Match("schema.graphql", await sample.Server.Http.GetStringAsync("graphql?sdl"));

    [Theory]
    [InlineData("run-page.sql", "{ runs(first: 20, where: {experiment: {name: {eq: \"wine-sgd\"}}, params: {some: {key: {eq: \"lr\"}, number: {lte: 0.1}}}}, order: [{metric: {key: \"val/acc\", stat: MAX, direction: DESC}}]) { totalCount nodes { name params { key value } metrics { key latest { value } } } } }")]
    [InlineData("series.sql", "{ run(uuid: \"014143a532d3472c96d7de1ad387da80\") { name series(key: \"train/loss\", sample: {lttb: {points: 100}}) { steps values } } }")]
    [InlineData("model.sql", "{ registeredModels { nodes { name versions(first: 3) { nodes { version stage run { name experiment { name } } } } aliases { alias modelVersion { version } } } } }")]
    public async Task Statements_Should_BeTheReviewedOnes_When_AQueryRuns(string name, string query)
    {
        var (_, counters) = await sample.Server.CountAsync(query);
        Snapshot.Match(name, $"-- {query}\n\n{string.Join("\n\n", counters.Statements)}\n");
    }
}
