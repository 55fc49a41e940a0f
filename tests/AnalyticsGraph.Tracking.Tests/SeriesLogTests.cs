using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The series that the log carries beside the points of runs.</summary>
[Collection("tracking")]
public sealed class SeriesLogTests(TrackingEngines engines)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task LogEpochs_Should_BeReadAtOnceAndReplaced_When_TheyAreLoggedAgain()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var run = await engines.CreateRunAsync();
        Assert.Equal(5, await LogEpochAsync(run, 0, Start, ("loss", 2, [("cat", 1), ("dog", double.NaN)]), ("confusion", null, [("cat", 3), ("dog", 4)])));
        Assert.Equal(1, await LogEpochAsync(run, 1, Start.AddMinutes(1), ("loss", 1, [])));
        var epochs = await EpochsAsync(graph, run);
        Assert.Equal(
            """[{"index":0,"time":"2026-01-01T00:00:00.000Z","metrics":[{"key":"confusion","total":null,"perLabel":{"cat":3,"dog":4}},{"key":"loss","total":2,"perLabel":{"cat":1,"dog":"NaN"}}]},{"index":1,"time":"2026-01-01T00:01:00.000Z","metrics":[{"key":"loss","total":1,"perLabel":{}}]}]""",
            epochs);

        // The total changes, one label stays the same, the other is not given; and the time is an earlier one.
        Assert.Equal(1, await LogEpochAsync(run, 0, Start.AddHours(-1), ("loss", 3, [("cat", 1)])));
        epochs = await EpochsAsync(graph, run);
        Assert.Contains("""{"index":0,"time":"2025-12-31T23:00:00.000Z",""", epochs, StringComparison.Ordinal);
        Assert.Contains("""{"key":"loss","total":3,"perLabel":{"cat":1,"dog":"NaN"}}""", epochs, StringComparison.Ordinal);

        // Back to the first value, at its first time: it counts again.
        Assert.Equal(1, await LogEpochAsync(run, 0, Start, ("loss", 2, [("cat", 1)])));
        Assert.Equal(0, await LogEpochAsync(run, 0, Start, ("loss", 2, [("cat", 1)])));
        Assert.Contains("""{"key":"loss","total":2,"perLabel":{"cat":1,"dog":"NaN"}}""", await EpochsAsync(graph, run), StringComparison.Ordinal);
        Assert.Equal(2L, await CountAsync("epoch FINAL", "run_id", run));
    }

    [Fact]
    public async Task LogEpochs_Should_KeepTheLastOne_When_CallersCorrectOneTogether()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var run = await engines.CreateRunAsync();
        var flushing = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
                await engines.Flusher.FlushAsync();
        });
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => LogEpochAsync(run, 7, Start.AddSeconds(i), ("loss", i, [])))));
        await flushing;
        using var epochs = JsonDocument.Parse(await EpochsAsync(graph, run));
        var epoch = Assert.Single(epochs.RootElement.EnumerateArray());
        var value = epoch.GetProperty("metrics")[0].GetProperty("total").GetDouble();

        // Row and points went different ways; both say what the same call said, and so does the summary.
        Assert.Equal(Start.AddSeconds(value), epoch.GetProperty("time").GetDateTimeOffset());
        Assert.Equal(value, await engines.ScalarAsync<double>("SELECT last_value FROM run_metric WHERE run_id = $1", run));

        // Whoever comes after all of them wins, whatever was acknowledged how.
        await LogEpochAsync(run, 7, Start.AddSeconds(-5), ("loss", -5, []));
        Assert.Equal(
            """[{"index":7,"time":"2025-12-31T23:59:55.000Z","metrics":[{"key":"loss","total":-5,"perLabel":{}}]}]""", await EpochsAsync(graph, run));
    }

    [Fact]
    public async Task LogBatchesAndResults_Should_BeRead_When_TheyWereLogged()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var run = await engines.CreateRunAsync();
        var id = GlobalIdOf("Run", run);
        var logged = await graph.RunAsync(
            """
            mutation ($r: ID!) {
              logEpochs(input: {runId: $r, epochs: [{index: 0, time: "2026-01-01T00:00:00Z"}]}) { newPoints errors { __typename } }
              logBatches(input: {runId: $r, batches: [
                {epochIndex: 0, index: 0, time: "2026-01-01T00:00:00Z", metrics: [{key: "loss", total: 0.5}]},
                {epochIndex: 0, index: 1, time: "2026-01-01T00:00:01.000002Z", metrics: [{key: "loss", total: "Infinity", rank: 1}]}]}) { newPoints errors { __typename } }
              logResults(input: {runId: $r, time: "2026-01-02T00:00:00Z", metrics: [{key: "acc", total: 0.9, perLabel: [{name: "cat", value: 1}]}]}) {
                newPoints errors { __typename }
                run {
                  results { time rowVersion metrics { key total perLabel } }
                  epochs { nodes { index batches { nodes { index epochIndex time metrics { key rank total } epoch { index } } } } }
                }
              }
            }
            """, new { r = id });
        Assert.Equal(0, logged.GetProperty("logEpochs").GetProperty("newPoints").GetInt32());
        Assert.Equal(2, logged.GetProperty("logBatches").GetProperty("newPoints").GetInt32());
        Assert.Equal(
            """{"newPoints":2,"errors":[],"run":{"results":{"time":"2026-01-02T00:00:00.000Z","rowVersion":1,"metrics":[{"key":"acc","total":0.9,"perLabel":{"cat":1}}]},"epochs":{"nodes":[{"index":0,"batches":{"nodes":[{"index":0,"epochIndex":0,"time":"2026-01-01T00:00:00.000Z","metrics":[{"key":"loss","rank":0,"total":0.5}],"epoch":{"index":0}},{"index":1,"epochIndex":0,"time":"2026-01-01T00:00:01.000002Z","metrics":[{"key":"loss","rank":1,"total":"Infinity"}],"epoch":{"index":0}}]}}]}}}""",
            logged.GetProperty("logResults").GetRawText());
        var again = await graph.RunAsync(
            """mutation ($r: ID!) { logResults(input: {runId: $r, time: "2026-01-03T00:00:00Z", metrics: [{key: "acc", total: 0.8}]}) { newPoints run { results { time rowVersion metrics { total } } } } }""", new { r = id });
        Assert.Equal(
            """{"newPoints":1,"run":{"results":{"time":"2026-01-03T00:00:00.000Z","rowVersion":2,"metrics":[{"total":0.8}]}}}""", again.GetProperty("logResults").GetRawText());
    }

    [Fact]
    public async Task LogMetrics_Should_TakeAllOrNothing_When_ARunOfSeveralIsMissing()
    {
        var (first, second) = (await engines.CreateRunAsync(), await engines.CreateRunAsync());
        var request = new LogMetricsRequest
        {
            Runs = [new RunPoints(first, [new() { Key = "m", Value = 1 }]), new RunPoints(-1, [new() { Key = "m", Value = 1 }]), new RunPoints(second, [new() { Key = "m", Value = 2 }])],
        };
        var refused = await engines.Log.LogMetricsAsync(request, Caller.Anonymous);
        Assert.Equal("input.runs.1.runId", string.Join('.', Assert.IsType<NotFoundError>(Assert.Single(refused.Errors)).Path));
        Assert.Empty(await engines.SummariesAsync(first));
        var token = $"several-{first}";
        request = request with { Runs = [request.Runs[0], request.Runs[2]], ClientToken = token };
        Assert.Equal(2, (await engines.Log.LogMetricsAsync(request, Caller.Anonymous)).Value!.NewPoints);
        Assert.Equal(2, (await engines.Log.LogMetricsAsync(request, Caller.Anonymous)).Value!.NewPoints);
        Assert.Equal(1, Assert.Single(await engines.SummariesAsync(second)).Value.Count);

        // The same token of another operation is another token.
        Assert.Empty((await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = first, Metrics = [new() { Key = "n", Value = 1 }], ClientToken = token }, Caller.Anonymous)).Errors);
    }

    [Fact]
    public async Task LogEpochs_Should_TellAllErrorsAtOnce_When_RulesAndTheRunsStateAreBroken()
    {
        var run = await engines.CreateRunAsync();
        await engines.ExecuteAsync("UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = $1", run);
        var outcome = await engines.Log.LogEpochsAsync(
            new LogEpochsRequest
            {
                RunId = run,
                Epochs =
                [
                    new() { Index = -1, Time = DateTimeOffset.UnixEpoch.AddYears(-200), Metrics = [new() { Key = "a" }, new() { Key = "b\0", Total = 1, Rank = -1 }] },
                    new() { Index = 2, Metrics = [new() { Key = "c", PerLabel = [new("x", 1), new("x", 2), new("", 1)] }, new() { Key = "c", Total = 1 }] },
                    new() { Index = 2 },
                ],
                ClientToken = "",
            },
            Caller.Anonymous);
        Assert.Equal(
            [
                "input.clientToken", "input.epochs.0.index", "input.epochs.0.metrics.0", "input.epochs.0.metrics.1.key", "input.epochs.0.metrics.1.rank", "input.epochs.0.time",
                "input.epochs.1.metrics.0.perLabel.1.name", "input.epochs.1.metrics.0.perLabel.2.name", "input.epochs.1.metrics.1.key", "input.epochs.2.index", "input.runId",
            ],
            outcome.Errors.Select(error => string.Join('.', error.Path)).Order(StringComparer.Ordinal));
        Assert.Single(outcome.Errors.OfType<NotActiveError>());
    }

    [Fact]
    public async Task Rows_Should_BeReadAtOnceAndReplaced_When_TheyAreAddedAgain()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var (job, dataset, set) = await engines.CreateOwnersAsync();
        var ids = new { j = GlobalIdOf("Job", job), d = GlobalIdOf("Dataset", dataset), p = GlobalIdOf("PredictionSet", set) };
        var added = await graph.RunAsync(
            """
            mutation ($j: ID!, $d: ID!, $p: ID!) {
              logJobRuntime(input: {jobId: $j, records: [
                {time: "2026-01-01T00:00:00Z", globalStep: 10, speed: 2.5, workerCpu: [{name: "0", value: 1.5}, {name: "1", value: 2}], psMemory: [{name: "0", value: 4096}], other: {note: [1, "x"]}},
                {time: "2026-01-01T00:00:15Z", globalStep: 20}]}) { count errors { __typename } }
              addSamples(input: {datasetId: $d, columns: [{name: "ash"}, {name: "colour", type: TEXT}], samples: [
                {index: 0, features: [{name: "ash", value: 2.43}], texts: [{name: "colour", value: "rot"}]}, {index: 1, features: [{name: "ash", value: "NaN"}]}]}) { count errors { __typename } }
              addTargets(input: {datasetId: $d, targets: [{index: 0, sampleIndex: 0, class: "1"}, {index: 1, sampleIndex: 1, value: 0.5}]}) { count errors { __typename } }
              addPredictions(input: {predictionSetId: $p, predictions: [{index: 0, sampleIndex: 0, class: "2", probabilities: [{name: "1", value: 0.25}, {name: "2", value: 0.75}]}]}) { count errors { __typename } }
            }
            """, ids);
        Assert.Equal(
            """{"logJobRuntime":{"count":2,"errors":[]},"addSamples":{"count":2,"errors":[]},"addTargets":{"count":2,"errors":[]},"addPredictions":{"count":1,"errors":[]}}""", added.GetRawText());
        const string read =
            """
            query ($j: ID!, $d: ID!, $p: ID!) {
              job(id: $j) { runtime { nodes { globalStep speed workerCpu psMemory otherText } } }
              dataset(id: $d) { columns { position name type } samples { nodes { sampleIndex features texts } } targets { nodes { targetIndex class value } } }
              predictionSet(id: $p) { predictions { nodes { predictionIndex class probabilities } } }
            }
            """;
        Assert.Equal(
            """{"job":{"runtime":{"nodes":[{"globalStep":10,"speed":2.5,"workerCpu":{"0":1.5,"1":2},"psMemory":{"0":4096},"otherText":"{\"note\":[1,\"x\"]}"},{"globalStep":20,"speed":null,"workerCpu":{},"psMemory":{},"otherText":""}]}},"dataset":{"columns":[{"position":0,"name":"ash","type":"NUMBER"},{"position":1,"name":"colour","type":"TEXT"}],"samples":{"nodes":[{"sampleIndex":0,"features":{"ash":2.43},"texts":{"colour":"rot"}},{"sampleIndex":1,"features":{"ash":"NaN"},"texts":{}}]},"targets":{"nodes":[{"targetIndex":0,"class":"1","value":null},{"targetIndex":1,"class":null,"value":0.5}]}},"predictionSet":{"predictions":{"nodes":[{"predictionIndex":0,"class":"2","probabilities":{"1":0.25,"2":0.75}}]}}}""",
            (await graph.RunAsync(read, ids)).GetRawText());
        await graph.RunAsync(
            """
            mutation ($j: ID!, $d: ID!, $p: ID!) {
              logJobRuntime(input: {jobId: $j, records: [{time: "2026-01-01T00:00:00Z", globalStep: 10, speed: 3}]}) { count }
              addSamples(input: {datasetId: $d, columns: [{name: "hue"}, {name: "ash"}], samples: [{index: 1, features: [{name: "hue", value: 1}]}]}) { count }
              addTargets(input: {datasetId: $d, targets: [{index: 1, sampleIndex: 1, value: 0.75}]}) { count }
              addPredictions(input: {predictionSetId: $p, predictions: [{index: 0, sampleIndex: 0, class: "3"}]}) { count }
            }
            """, ids);
        Assert.Equal(
            """{"job":{"runtime":{"nodes":[{"globalStep":10,"speed":3,"workerCpu":{},"psMemory":{},"otherText":""},{"globalStep":20,"speed":null,"workerCpu":{},"psMemory":{},"otherText":""}]}},"dataset":{"columns":[{"position":0,"name":"ash","type":"NUMBER"},{"position":1,"name":"colour","type":"TEXT"},{"position":2,"name":"hue","type":"NUMBER"}],"samples":{"nodes":[{"sampleIndex":0,"features":{"ash":2.43},"texts":{"colour":"rot"}},{"sampleIndex":1,"features":{"hue":1},"texts":{}}]},"targets":{"nodes":[{"targetIndex":0,"class":"1","value":null},{"targetIndex":1,"class":null,"value":0.75}]}},"predictionSet":{"predictions":{"nodes":[{"predictionIndex":0,"class":"3","probabilities":{}}]}}}""",
            (await graph.RunAsync(read, ids)).GetRawText());
    }

    [Fact]
    public async Task AddSamples_Should_KeepTheLastOne_When_CallersReplaceOneTogether()
    {
        var (_, dataset, _) = await engines.CreateOwnersAsync();
        await engines.Rows.AddSamplesAsync(new AddSamplesRequest { DatasetId = dataset, Columns = [new("n", false)] }, Caller.Anonymous);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => AddSampleAsync(i))));
        await AddSampleAsync(99);
        await engines.Flusher.FlushPendingAsync();
        await using var result = await engines.ClickHouse.QueryAsync(
            new ClickHouseQuery("SELECT features['n'] AS n FROM sample FINAL WHERE dataset_id = {d:Int64}").With("d", "Int64", dataset));
        Assert.Equal(99.0, Assert.Single(await result.ReadColumnAsync<double>("n")));

        async Task AddSampleAsync(int value) => Assert.Empty((await engines.Rows.AddSamplesAsync(
            new AddSamplesRequest { DatasetId = dataset, Samples = [new() { SampleIndex = 0, Features = [new("n", value)] }] }, Caller.Anonymous)).Errors);
    }

    [Fact]
    public async Task Rows_Should_BeRefusedWithAllErrors_When_RulesAreBroken()
    {
        var (_, dataset, set) = await engines.CreateOwnersAsync();
        var samples = await engines.Rows.AddSamplesAsync(
            new AddSamplesRequest
            {
                DatasetId = dataset,
                Columns = [new("a", false), new("t", true)],
                Samples = [new() { SampleIndex = 0, Features = [new("a", 1), new("b", 1), new("t", 1)], Texts = [new("a", "x"), new("t", new string('x', 8001))] }],
            },
            Caller.Anonymous);
        Assert.Equal(
            ["input.samples.0.features.1.name", "input.samples.0.features.2.name", "input.samples.0.texts.0.name", "input.samples.0.texts.1.value"],
            samples.Errors.Select(error => string.Join('.', error.Path)).Order(StringComparer.Ordinal));
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM dataset_feature WHERE dataset_id = $1", dataset));
        await engines.ExecuteAsync("UPDATE prediction_set SET lifecycle_stage = 'DELETED' WHERE id = $1", set);
        var predictions = await engines.Rows.AddPredictionsAsync(
            new AddPredictionsRequest
            {
                PredictionSetId = set,
                Predictions = [new() { PredictionIndex = 0, SampleIndex = -1 }, new() { PredictionIndex = 0, SampleIndex = 0, Class = "c", Value = 1, Probabilities = [new("c", 1.5), new("c", double.NaN)] }],
            },
            Caller.Anonymous);
        Assert.Equal(
            [
                "input.predictionSetId", "input.predictions.0", "input.predictions.0.sampleIndex", "input.predictions.1", "input.predictions.1.index",
                "input.predictions.1.probabilities.0.value", "input.predictions.1.probabilities.1.name", "input.predictions.1.probabilities.1.value",
            ],
            predictions.Errors.Select(error => string.Join('.', error.Path)).Order(StringComparer.Ordinal));
        var missing = await engines.Rows.AddTargetsAsync(new AddTargetsRequest { DatasetId = -1 }, Caller.Anonymous);
        Assert.Equal([typeof(InvalidInputError), typeof(NotFoundError)], missing.Errors.Select(error => error.GetType()));
    }

    [Fact]
    public async Task LogJobRuntime_Should_BeToldToASubscriber_When_HeListensAtAnotherServer()
    {
        var (job, _, _) = await engines.CreateOwnersAsync();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var feed = new RuntimeFeed(new InProcessTopics(), FlushAsync, new ClickHouseReads(engines.ClickHouse, new MappingLimits()), job);
        await feed.OpenAsync(new Dictionary<long, long> { [job] = 0 }, stop.Token);
        await using var reading = feed.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var told = reading.MoveNextAsync().AsTask();
        await begun.Task.WaitAsync(stop.Token);

        // The record is logged and brought to ClickHouse by another server: the topics that he listens to tell nothing of it.
        Assert.Empty((await engines.Rows.LogJobRuntimeAsync(new LogJobRuntimeRequest { JobId = job, Records = [new() { Time = Start, GlobalStep = 1 }] }, Caller.Anonymous)).Errors);
        await engines.Flusher.FlushAsync();

        Assert.True(await told);
        Assert.Equal(1, Assert.Single(reading.Current.Records).GlobalStep);
        await stop.CancelAsync();

        async Task FlushAsync(CancellationToken ct)
        {
            await engines.Flusher.FlushPendingAsync(ct);
            begun.TrySetResult();
        }
    }

    [Fact]
    public async Task LogJobRuntime_Should_AnswerTheSame_When_AClientTokenComesAgain()
    {
        var (job, _, _) = await engines.CreateOwnersAsync();
        var request = new LogJobRuntimeRequest { JobId = job, Records = [new() { Time = Start, GlobalStep = 1, Speed = 1 }], ClientToken = $"rt-{job}" };
        Assert.Equal([1, 1, 1], (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => engines.Rows.LogJobRuntimeAsync(request, Caller.Anonymous)))).Select(outcome => outcome.Value));
        var other = await engines.Rows.LogJobRuntimeAsync(request with { Records = [new() { Time = Start, GlobalStep = 1, Speed = 2 }] }, Caller.Anonymous);
        Assert.IsType<ClientTokenConflictError>(Assert.Single(other.Errors));
        await engines.Flusher.FlushAsync();
        Assert.Equal(1L, await CountAsync("job_runtime", "job_id", job));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Flush_Should_BringEverySeriesOnce_When_AFlusherDiedAfterAStep(int steps)
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        var (job, dataset, set) = await engines.CreateOwnersAsync();
        await LogEpochAsync(run, 0, Start, ("loss", 1, []));
        await engines.Log.LogBatchesAsync(new LogBatchesRequest { RunId = run, Batches = [new() { EpochIndex = 0, Index = 0, Metrics = [new() { Key = "loss", Total = 1 }] }] }, Caller.Anonymous);
        await engines.Rows.LogJobRuntimeAsync(new LogJobRuntimeRequest { JobId = job, Records = [new() { Time = Start, GlobalStep = 1 }] }, Caller.Anonymous);
        await engines.Rows.AddTargetsAsync(new AddTargetsRequest { DatasetId = dataset, Targets = [new() { TargetIndex = 0, SampleIndex = 0, Class = "c" }] }, Caller.Anonymous);
        await engines.Rows.AddPredictionsAsync(new AddPredictionsRequest { PredictionSetId = set, Predictions = [new() { PredictionIndex = 0, SampleIndex = 0, Value = 1 }] }, Caller.Anonymous);
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            // Every series' block is begun, as though a flusher had died on each.
            while (steps > 0 && await engines.Flusher.RecordBlockAsync(connection, long.MaxValue, default) is { } block)
            {
                if (steps > 1)
                    await engines.Flusher.InsertBlockAsync(connection, block, isReplay: false, default);
            }
        }

        await engines.Flusher.FlushAsync();
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM point_log"));
        Assert.Equal(2, (await engines.PointsInClickHouseAsync(run)).Count);
        foreach (var (table, column, owner) in new[] { ("epoch", "run_id", run), ("batch", "run_id", run), ("job_runtime", "job_id", job), ("target", "dataset_id", dataset), ("prediction", "prediction_set_id", set) })
            Assert.Equal(1L, await CountAsync(table, column, owner));
    }

    [Fact]
    public async Task Flush_Should_BringTheRows_When_ClickHouseDiedBetweenRememberingTheTokenAndPublishingThePart()
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        await LogEpochAsync(run, 0, Start);
        await using (var connection = await engines.Postgres.OpenConnectionAsync())
        {
            var block = await engines.Flusher.RecordBlockAsync(connection, long.MaxValue, default);
            var group = await engines.ScalarAsync<long>("SELECT group_id FROM point_log WHERE block_id = $1", block!.Value);
            var elsewhere = new SeriesBlock(SeriesTable.Epoch);
            elsewhere.AddEpoch(0, -run, 0, null);
            var joined = new SeriesBlock(SeriesTable.Epoch);
            joined.Append(elsewhere.ToPayload(), 0);
            await engines.Flusher.Inserts.InsertAsync(joined, PointFlusher.TokenOf(SeriesTable.Epoch, [group]), default);
        }

        await engines.Flusher.FlushAsync();
        Assert.Equal(1L, await CountAsync("epoch", "run_id", run));
    }

    private static string GlobalIdOf(string type, long key) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{type}:{key.ToString(CultureInfo.InvariantCulture)}"));

    private static async Task<string> EpochsAsync(TrackingGraph graph, long run) => (await graph.RunAsync(
        "query ($r: ID!) { run(id: $r) { epochs { nodes { index time metrics { key total perLabel } } } } }", new { r = GlobalIdOf("Run", run) }))
        .GetProperty("run").GetProperty("epochs").GetProperty("nodes").GetRawText();

    private async Task<int> LogEpochAsync(long run, long index, DateTimeOffset time, params (string Key, double? Total, (string Label, double Value)[] PerLabel)[] metrics)
    {
        var outcome = await engines.Log.LogEpochsAsync(
            new LogEpochsRequest
            {
                RunId = run,
                Epochs =
                [
                    new()
                    {
                        Index = index,
                        Time = time,
                        Metrics = [.. metrics.Select(m => new MetricValue { Key = m.Key, Total = m.Total, PerLabel = [.. m.PerLabel.Select(label => KeyValuePair.Create(label.Label, label.Value))] })],
                    },
                ],
            },
            Caller.Anonymous);
        Assert.Empty(outcome.Errors);
        return outcome.Value!.NewPoints;
    }

    private async Task<long> CountAsync(string table, string column, long owner)
    {
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery($$"""SELECT toInt64(count()) AS n FROM {{table}} WHERE {{column}} = {o:Int64}""").With("o", "Int64", owner));
        return (await result.ReadColumnAsync<long>("n"))[0];
    }
}
