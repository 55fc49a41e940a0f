using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>What a request costs, counted by the sessions themselves and, apart from them, on the wires.</summary>
[Collection("sample")]
public sealed class RoundTripTests(SampleServer sample)
{
    private const string ThreeLevels =
        """
        {
          experiments {
            nodes {
              name
              runs(first: 20) {
                totalCount
                nodes {
                  uuid
                  params { key value number }
                  tags { key value }
                  metrics { key latest { value step } }
                  series(key: "train/loss", sample: {lttb: {points: 1000}}) { count steps values }
                }
              }
            }
          }
        }
        """;

    private const string TwoSeries =
        """
        {
          runs(where: {experiment: {name: {eq: "wine-sgd"}}}) {
            nodes {
              loss: series(key: "train/loss", sample: {lttb: {points: 1000}}) { values }
              accuracy: series(key: "val/acc", from: 100, to: 900, sample: {bucket: {width: 50}}, smoothing: {ema: {halfLife: 3}}) { values smoothed buckets { counts } }
            }
          }
        }
        """;

    [Fact]
    public async Task Query_Should_AskEachStoreOncePerLevel_When_ItIsThreeLevelsDeep()
    {
        var (data, counters) = await sample.Server.CountAsync(ThreeLevels);

        Assert.InRange(counters.PostgresRoundTrips, 1, 3);
        Assert.Equal(1, counters.ClickHouseQueries);
        var wine = data.At("experiments.nodes").EnumerateArray().Single(experiment => experiment.GetProperty("name").GetString() == "wine-sgd").At("runs.nodes");
        Assert.Equal(10, wine.GetArrayLength());
        Assert.All(wine.EnumerateArray(), run => Assert.Equal((1200L, 1000), (run.At("series.count").GetInt64(), run.At("series.values").GetArrayLength())));
    }

    [Fact]
    public async Task Query_Should_AskClickHouseOnce_When_SeriesHaveDifferentArguments()
    {
        var (data, counters) = await sample.Server.CountAsync(TwoSeries);

        Assert.Equal(1, counters.ClickHouseQueries);
        Assert.InRange(counters.PostgresRoundTrips, 1, 2);
        Assert.Equal(10, data.At("runs.nodes").GetArrayLength());
        Assert.All(data.At("runs.nodes").EnumerateArray(), run => Assert.Equal((1000, 801L), (
            run.At("loss.values").GetArrayLength(),
            run.At("accuracy.buckets.counts").EnumerateArray().Sum(count => count.GetInt64()))));
    }

    [Theory]
    [InlineData(ThreeLevels, 3)]
    [InlineData(TwoSeries, 2)]
    public async Task Query_Should_CrossTheWiresAsOftenAsCounted_When_SomebodyElseCounts(string query, int levels)
    {
        await using var postgres = await PostgresWire.ListenAsync(sample.Postgres);
        await using var clickHouse = await ClickHouseWire.ListenAsync(sample.ClickHouse);
        var options = new ServerOptions("", Path.GetTempPath(), Demo: false, postgres.ConnectionString, clickHouse.ConnectionString);
        await using var stores = await Stores.OpenAsync(options, NullLoggerFactory.Instance, _ => { }, CancellationToken.None);
        // Nothing runs in its background: only the query crosses the wires.
        await using var tracking = new TrackingServices(stores, NullLoggerFactory.Instance);
        var graph = await GraphComposition.BuildAsync(stores, tracking, new ServerLimits(), NullLoggerFactory.Instance, CancellationToken.None);
        await InProcessServer.CountAsync(graph, query);
        var (before, queriesBefore) = (postgres.RoundTrips, clickHouse.Queries);

        var (_, counters) = await InProcessServer.CountAsync(graph, query);

        Assert.InRange(postgres.RoundTrips - before, 1, levels);
        Assert.Equal(counters.PostgresRoundTrips, postgres.RoundTrips - before);
        Assert.Equal(1, clickHouse.Queries - queriesBefore);
    }
}
