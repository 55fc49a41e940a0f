using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Reading;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Server.Tests.Writing;

/// <summary>What a change costs, counted on the wire.</summary>
[Collection("empty")]
public sealed class MutationRoundTripTests(EmptyServer empty)
{
    /// <summary>A change asks once and writes once, however much it checks; BEGIN goes along with the first batch and COMMIT with the second. What it answers is read once more.</summary>
    [Theory]
    [InlineData("createExperiment(input: {name: \"$token\", tags: [{key: \"a\", value: \"b\"}], clientToken: \"$token\"}) { errors { __typename } }")]
    [InlineData("createTrial(input: {experimentId: \"$experiment\", name: \"t\"}) { errors { __typename } }")]
    [InlineData("createRun(input: {experimentId: \"$experiment\", params: [{key: \"a\", value: \"b\"}], clientToken: \"$token\"}) { errors { __typename } }")]
    [InlineData("createRegisteredModel(input: {name: \"$token\", tags: [{key: \"a\", value: \"b\"}], clientToken: \"$token\"}) { errors { __typename } }")]
    [InlineData("registerModel(input: {name: \"$token\", clientToken: \"$token\"}) { errors { __typename } }")]
    [InlineData("logArtifacts(input: {artifacts: [{location: \"a\", owners: [{experimentId: \"$experiment\"}]}, {location: \"b\"}]}) { errors { __typename } }")]
    [InlineData("updateExperiment(input: {id: \"$experiment\", description: \"$token\"}) { errors { __typename } }")]
    public async Task Mutation_Should_AskOnceAndWriteOnce_When_ItChangesARecord(string mutation)
    {
        await using var postgres = await PostgresWire.ListenAsync(empty.Postgres);
        var options = new ServerOptions("", Path.GetTempPath(), Demo: false, postgres.ConnectionString, empty.ClickHouse);
        await using var stores = await Stores.OpenAsync(options, NullLoggerFactory.Instance, _ => { }, CancellationToken.None);
        await using var tracking = new TrackingServices(stores, NullLoggerFactory.Instance);
        var graph = await GraphComposition.BuildAsync(stores, tracking, new ServerLimits(), NullLoggerFactory.Instance, CancellationToken.None);
        mutation = mutation.Replace("$experiment", await empty.CreateExperimentAsync(), StringComparison.Ordinal);
        await RunAsync();
        var before = postgres.RoundTrips;

        await RunAsync();

        // BEGIN is counted as a message of its own, though nobody waits for its answer.
        Assert.Equal(3, postgres.RoundTrips - before);

        async Task RunAsync()
        {
            var (data, _) = await InProcessServer.CountAsync(graph, $"mutation {{ it: {mutation.Replace("$token", $"{Guid.NewGuid():n}", StringComparison.Ordinal)} }}");
            Assert.Equal("[]", data.At("it.errors").GetRawText());
        }
    }
}
