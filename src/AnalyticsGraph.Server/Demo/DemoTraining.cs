using System.Globalization;

namespace AnalyticsGraph.Server.Demo;

/// <summary>
/// Trains a classifier on a bundled table with several learning rates, and logs what happens: an experiment with a trial, a run for each rate with its epochs and batches, results, and
/// the predictions that came of it. Times are those of a training that takes a while, so that charts have something to show.
/// </summary>
internal sealed class DemoTraining(DemoGraph graph, TabularData data)
{
    private const int Epochs = 12;
    private const double L2 = 1e-4;
    private static readonly double[] LearningRates = [0.01, 0.1, 0.5];
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly int _batchSize = data.Targets.Length > 1000 ? 64 : 16;

    /// <summary>How many runs it logs.</summary>
    public static int Runs => LearningRates.Length;

    /// <summary>The experiment's name.</summary>
    public static string ExperimentName(TabularData data) => $"demo: {data.Name} classification";

    /// <summary>Trains and logs. Whatever of it is there already is found again, or replaced by the same.</summary>
    public async Task RunAsync()
    {
        var name = $"demo: {data.Name}";
        var dataset = await graph.EnsureAsync("Dataset", "datasets", new { name = DemoGraph.Is(name), source = DemoGraph.Here }, new { name, originType = "csv" });
        await AddRowsAsync(dataset);
        var experiment = await graph.EnsureAsync("Experiment", "experiments", new { name = DemoGraph.Is(ExperimentName(data)), source = DemoGraph.Here }, new
        {
            name = ExperimentName(data),
            description = $"Logistic regression on the {data.Name} data, with different learning rates.",
            tags = Pairs(("dataset", data.Name), ("task", "classification")),
        });
        var trial = await graph.EnsureAsync(
            "Trial", "trials", new { experiment = new { id = DemoGraph.Is(experiment) } }, new { experimentId = experiment, name = "learning rates", startTime = Begin });
        var uid = $"demo-{data.Name}";
        var job = await graph.EnsureAsync("Job", "jobs", new { uid = DemoGraph.Is(uid), source = DemoGraph.Here }, new
        {
            uid,
            name = $"train-{data.Name.Replace(' ', '-')}",
            scenario = "demo",
            creationTime = Begin,
            startTime = Begin,
            endTime = Begin + (LearningRates.Length * Epochs * TimeSpan.FromMinutes(1)),
            exitReason = "Completed",
        });
        for (var i = 0; i < LearningRates.Length; i++)
        {
            await TrainAsync(experiment, trial, job, dataset, LearningRates[i], Begin + (i * Epochs * TimeSpan.FromMinutes(1)));
        }
    }

    private async Task AddRowsAsync(string dataset)
    {
        var columns = data.Columns.Select(name => new { name, type = "NUMBER" });
        foreach (var rows in Enumerable.Range(0, data.Targets.Length).Chunk(2000))
        {
            await graph.ChangeAsync("addSamples", "count", new
            {
                datasetId = dataset,
                columns,
                samples = rows.Select(row => new { index = row, features = data.Columns.Select((name, i) => new { name, value = data.Features[row][i] }) }),
            });
            await graph.ChangeAsync("addTargets", "count", new
            {
                datasetId = dataset,
                targets = rows.Select(row => new { index = row, sampleIndex = row, @class = data.Classes[data.Targets[row]] }),
            });
        }
    }

    private async Task TrainAsync(string experiment, string trial, string job, string dataset, double learningRate, DateTimeOffset begin)
    {
        var rate = learningRate.ToString(CultureInfo.InvariantCulture);
        var name = $"learning rate {rate}";
        var run = await graph.EnsureAsync("Run", "runs", new { experiment = new { id = DemoGraph.Is(experiment) }, name = DemoGraph.Is(name) }, new
        {
            experimentId = experiment,
            trialId = trial,
            name,
            user = "demo",
            startTime = begin,
            @params = Pairs(
                ("model", "softmax regression"), ("learning_rate", rate), ("batch_size", Text(_batchSize)), ("epochs", Text(Epochs)), ("l2", L2.ToString(CultureInfo.InvariantCulture))),
            tags = Pairs(("dataset", data.Name), ("framework", "AnalyticsGraph demo")),
        });
        await graph.ChangeAsync("linkRunToJob", "job { id }", new { jobId = job, runId = run });

        // Three fifths to learn from, a fifth to watch, a fifth to test.
        var random = new Random(7);
        var rows = Enumerable.Range(0, data.Targets.Length).ToArray();
        random.Shuffle(rows);
        var (train, watch, test) = (rows[..(rows.Length * 3 / 5)], rows[(rows.Length * 3 / 5)..(rows.Length * 4 / 5)], rows[(rows.Length * 4 / 5)..]);
        var model = new SoftmaxRegression([.. train.Select(row => data.Features[row])], data.Classes.Count);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            random.Shuffle(train);
            var time = begin + TimeSpan.FromMinutes(epoch);
            var losses = train.Chunk(_batchSize).Select(batch => model.Learn([.. batch.Select(row => (data.Features[row], data.Targets[row]))], learningRate, L2)).ToArray();
            await graph.ChangeAsync("logBatches", "newPoints", new
            {
                runId = run,
                batches = losses.Select((loss, i) => new
                {
                    epochIndex = epoch,
                    index = i,
                    time = time + (i * TimeSpan.FromMinutes(1) / losses.Length),
                    metrics = new[] { new { key = "train_loss", total = loss } },
                }),
            });
            await graph.ChangeAsync("logEpochs", "newPoints", new
            {
                runId = run,
                epochs = new[]
                {
                    new
                    {
                        index = epoch,
                        time = time + TimeSpan.FromMinutes(1),
                        metrics = new[] { Total("train_loss", losses.Average()), Total("val_loss", Loss(model, watch)), Accuracy("val_acc", model, watch) },
                    },
                },
            });
        }

        var end = begin + (Epochs * TimeSpan.FromMinutes(1));
        var confusion = test.GroupBy(row => $"{data.Classes[data.Targets[row]]} as {data.Classes[Best(model, row)]}").OrderBy(cell => cell.Key, StringComparer.Ordinal);
        await graph.ChangeAsync("logResults", "newPoints", new
        {
            runId = run,
            time = end,
            metrics = new[]
            {
                Total("test_loss", Loss(model, test)),
                Accuracy("test_acc", model, test),
                new MetricValue("confusion", null, [.. confusion.Select(cell => new NamedNumber(cell.Key, cell.Count()))]),
            },
        });
        await PredictAsync(model, dataset, run, rate, end);
        await graph.ChangeAsync("updateRun", "run { id }", new { id = run, status = "FINISHED", endTime = end });
    }

    private async Task PredictAsync(SoftmaxRegression model, string dataset, string run, string rate, DateTimeOffset time)
    {
        var name = $"learning rate {rate}";
        var set = await graph.EnsureAsync(
            "PredictionSet",
            "predictionSets",
            new { dataset = new { id = DemoGraph.Is(dataset) }, name = DemoGraph.Is(name) },
            new { datasetId = dataset, name, runId = run, creationTime = time });
        foreach (var rows in Enumerable.Range(0, data.Targets.Length).Chunk(2000))
        {
            await graph.ChangeAsync("addPredictions", "count", new
            {
                predictionSetId = set,
                predictions = rows.Select(row => new
                {
                    index = row,
                    sampleIndex = row,
                    @class = data.Classes[Best(model, row)],
                    probabilities = model.Predict(data.Features[row]).Select((value, i) => new NamedNumber(data.Classes[i], value)),
                }),
            });
        }
    }

    private int Best(SoftmaxRegression model, int row)
    {
        var probabilities = model.Predict(data.Features[row]);
        return Array.IndexOf(probabilities, probabilities.Max());
    }

    private double Loss(SoftmaxRegression model, int[] rows) => rows.Average(row => -Math.Log(Math.Max(model.Predict(data.Features[row])[data.Targets[row]], double.Epsilon)));

    private MetricValue Accuracy(string key, SoftmaxRegression model, int[] rows)
    {
        return new MetricValue(key, Right(rows), [.. rows.GroupBy(row => data.Targets[row]).OrderBy(group => group.Key).Select(group => new NamedNumber(data.Classes[group.Key], Right(group)))]);

        double Right(IEnumerable<int> some) => some.Average(row => Best(model, row) == data.Targets[row] ? 1.0 : 0.0);
    }

    private static MetricValue Total(string key, double total) => new(key, total, []);

    private static object[] Pairs(params (string Key, string Value)[] pairs) => [.. pairs.Select(pair => new { key = pair.Key, value = pair.Value })];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record MetricValue(string Key, double? Total, IReadOnlyList<NamedNumber> PerLabel);

    private sealed record NamedNumber(string Name, double Value);
}
