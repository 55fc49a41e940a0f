using System.Text.Json;
using AnalyticsGraph.Server.Demo;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>What <c>--demo</c> adds through the graph: interrupted on the way, and taken up again.</summary>
public sealed class DemoTests : IAsyncLifetime
{
    private const string Facts = """
        {
          datasets { nodes { name samples(first: 1) { totalCount } targets(first: 1) { totalCount } evaluate { count accuracy logLoss } } }
          experiments { nodes { name trials { totalCount } runs { nodes { status jobs { exitReason } results { metrics { key } } epochs { totalCount } batches(first: 1) { totalCount } } } } }
          jobs(where: { uid: { startsWith: "demo-job-" } }) { totalCount }
          completed: jobs(where: { scenario: { neq: "demo" }, exitReason: { eq: "Completed" } }) { totalCount }
          withoutRuntime: jobs(where: { uid: { startsWith: "demo-job-" }, runtime: { none: { globalStep: { gte: 0 } } } }) { totalCount }
          oom: jobNodes(where: { isOom: { eq: true } }) { totalCount }
          grown: jobOptimizations { totalCount }
          jobRuntimes(first: 1) { totalCount }
        }
        """;

    private readonly EngineFixture _engines = new();
    private InProcessServer? _server;

    public async Task InitializeAsync()
    {
        await _engines.InitializeAsync();
        _server = await InProcessServer.StartAsync(_engines.PostgresConnectionString, _engines.ClickHouseConnectionString);
    }

    public async Task DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _engines.DisposeAsync();
    }

    [Fact]
    public async Task Demo_Should_BeWholeAndThereOnce_When_ItWasInterruptedAndRunAgain()
    {
        // In the middle of the second table's trainings: its first run is finished.
        using var interruption = new CancellationTokenSource();
        var adding = DemoRecords.AddOnceAsync(_server!.Graph, interruption.Token);
        while ((await _server.RunAsync("{ runs { totalCount } }")).At("runs.totalCount").GetInt32() < 5 && !adding.IsCompleted)
        {
            await Task.Yield();
        }

        await interruption.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => adding);

        // Days later: no client token is remembered any more.
        await using (var source = NpgsqlDataSource.Create(_engines.PostgresConnectionString))
        await using (var forget = source.CreateCommand("DELETE FROM idempotency"))
        {
            await forget.ExecuteNonQueryAsync();
        }

        await DemoRecords.AddOnceAsync(_server.Graph, CancellationToken.None);
        var facts = await _server.RunAsync(Facts);

        Assert.Equal(
            ["demo: breast cancer 569 569", "demo: digits 1797 1797", "demo: iris 150 150", "demo: wine 178 178"],
            facts.At("datasets.nodes").EnumerateArray().Select(d => $"{d.At("name").GetString()} {d.At("samples.totalCount")} {d.At("targets.totalCount")}").Order(StringComparer.Ordinal));
        Assert.All(facts.At("datasets.nodes").EnumerateArray(), dataset =>
        {
            Assert.Equal(3, dataset.At("evaluate").GetArrayLength());
            Assert.All(dataset.At("evaluate").EnumerateArray(), e => Assert.Equal(dataset.At("samples.totalCount").GetInt64(), e.At("count").GetInt64()));
            Assert.InRange(dataset.At("evaluate").EnumerateArray().Max(e => e.At("accuracy").GetDouble()), 0.9, 1);
        });
        var runs = facts.At("experiments.nodes").EnumerateArray().SelectMany(e => e.At("runs.nodes").EnumerateArray()).ToList();
        Assert.Equal(12, runs.Count);
        Assert.All(runs, run => Assert.Equal(("FINISHED", 12, 1), (run.At("status").GetString(), run.At("epochs.totalCount").GetInt32(), run.At("jobs").GetArrayLength())));
        Assert.All(runs, run => Assert.Equal(["confusion", "test_acc", "test_loss"], run.At("results.metrics").Texts("key")));
        Assert.All(runs, run => Assert.InRange(run.At("batches.totalCount").GetInt32(), 12, 12 * 40));
        Assert.Equal((200, 0), (facts.At("jobs.totalCount").GetInt32(), facts.At("withoutRuntime.totalCount").GetInt32()));
        Assert.All(["completed", "oom", "grown"], what => Assert.InRange(facts.At($"{what}.totalCount").GetInt32(), 5, 195));
        Assert.InRange(facts.At("jobRuntimes.totalCount").GetInt32(), 5_000, 50_000);

        // A third time adds nothing.
        await DemoRecords.AddOnceAsync(_server.Graph, CancellationToken.None);
        Assert.Equal(facts.GetRawText(), (await _server.RunAsync(Facts)).GetRawText());
    }
}
