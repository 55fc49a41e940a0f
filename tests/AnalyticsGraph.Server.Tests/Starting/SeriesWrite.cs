using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>A mutation that writes a series, and where what it wrote is read.</summary>
/// <param name="Mutation">Its name, and the alias of its rows in <see cref="Read"/>.</param>
/// <param name="Input">Its input for a place in the series and a value.</param>
/// <param name="AsksForPresent">Whether ClickHouse must be asked before something else can be stored at a place that has a value.</param>
internal sealed record SeriesWrite(string Mutation, Func<SeriesOwners, long, double, object> Input, bool AsksForPresent)
{
    /// <summary>Reads every series beside a relational field.</summary>
    public const string Read =
        """
        query ($run: ID!, $job: ID!, $dataset: ID!, $set: ID!) {
          run(id: $run) {
            status
            logBatch: series(key: "batch") { steps values }
            logMetrics: series(key: "metrics") { steps values }
            logEpochs: epochs { nodes { index metrics { total } } }
            logBatches: batches { nodes { index metrics { total } } }
            results { logResults: metrics { key total } }
          }
          job(id: $job) { uid logJobRuntime: runtime { nodes { globalStep speed } } }
          dataset(id: $dataset) { name addSamples: samples { nodes { sampleIndex features } } addTargets: targets { nodes { targetIndex value } } }
          predictionSet(id: $set) { name addPredictions: predictions { nodes { predictionIndex value } } }
        }
        """;

    public static IReadOnlyList<SeriesWrite> All { get; } =
    [
        new("logBatch", (o, place, value) => new { runId = o.Run, metrics = new[] { new { key = "batch", step = place, time = TimeOf(value), value } } }, AsksForPresent: true),
        new("logMetrics", (o, place, value) => new { runs = new[] { new { runId = o.Run, metrics = new[] { new { key = "metrics", step = place, time = TimeOf(value), value } } } } }, AsksForPresent: true),
        new("logEpochs", (o, place, value) => new { runId = o.Run, epochs = new[] { new { index = place, time = TimeOf(value), metrics = Metrics("epoch", value) } } }, AsksForPresent: true),
        new("logBatches", (o, place, value) => new { runId = o.Run, batches = new[] { new { epochIndex = 0, index = place, time = TimeOf(value), metrics = Metrics("batch", value) } } }, AsksForPresent: true),
        new("logResults", (o, place, value) => new { runId = o.Run, time = TimeOf(value), metrics = Metrics($"result/{place}", value) }, AsksForPresent: true),
        new("logJobRuntime", (o, place, value) => new { jobId = o.Job, records = new[] { new { time = TimeOf(0), globalStep = place, speed = value } } }, AsksForPresent: false),
        new("addSamples", (o, place, value) => new { datasetId = o.Dataset, columns = new[] { new { name = "v" } }, samples = new[] { new { index = place, features = new[] { new { name = "v", value } } } } }, AsksForPresent: false),
        new("addTargets", (o, place, value) => new { datasetId = o.Dataset, targets = new[] { new { index = place, sampleIndex = place, value } } }, AsksForPresent: false),
        new("addPredictions", (o, place, value) => new { predictionSetId = o.PredictionSet, predictions = new[] { new { index = place, sampleIndex = place, value } } }, AsksForPresent: false),
    ];

    /// <summary>Calls the mutation under a client token of its place and value.</summary>
    public Task<Answer> CallAsync(InProcessServer server, SeriesOwners owners, long place, double value)
    {
        var input = JsonSerializer.SerializeToNode(Input(owners, place, value))!.AsObject();
        input["clientToken"] = $"{Mutation} {place} {value}";
        return server.AskAsync(
            $"mutation ($input: {char.ToUpperInvariant(Mutation[0])}{Mutation[1..]}Input!) {{ {Mutation}(input: $input) {{ errors {{ __typename ... on UserError {{ message }} }} }} }}", new { input });
    }

    private static object Metrics(string key, double value) => new[] { new { key, total = value } };

    // Another value is another observation, so that it is new at its place.
    private static DateTimeOffset TimeOf(double value) => DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(value);
}

/// <summary>Global ids of whose rows are written.</summary>
internal sealed record SeriesOwners(string Run, string Job, string Dataset, string PredictionSet);
