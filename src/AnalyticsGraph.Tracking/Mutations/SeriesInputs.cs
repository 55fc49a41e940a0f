using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;
using static AnalyticsGraph.Tracking.Mutations.MutationInputs;

namespace AnalyticsGraph.Tracking.Mutations;

/// <summary>Coerced inputs of the series' mutations as requests.</summary>
internal static class SeriesInputs
{
    public static LogMetricsRequest LogMetrics(ArgumentValues input) => new()
    {
        Runs = [.. List(input, "runs").Select(run => new RunPoints(Key(run.Get<string>("runId")!, "Run"), Metrics(run)))],
        ClientToken = input.Get<string>("clientToken"),
    };

    public static LogEpochsRequest LogEpochs(ArgumentValues input) => new()
    {
        RunId = Key(input.Get<string>("runId")!, "Run"),
        Epochs =
        [
            .. List(input, "epochs").Select(epoch => new EpochInput { Index = (long)Given(epoch, "index"), Time = Moment(epoch, "time"), Metrics = MetricValues(epoch) }),
        ],
        ClientToken = input.Get<string>("clientToken"),
    };

    public static LogBatchesRequest LogBatches(ArgumentValues input) => new()
    {
        RunId = Key(input.Get<string>("runId")!, "Run"),
        Batches =
        [
            .. List(input, "batches").Select(batch => new BatchInput
            {
                EpochIndex = (long)Given(batch, "epochIndex"),
                Index = (long)Given(batch, "index"),
                Time = Moment(batch, "time"),
                Metrics = MetricValues(batch),
            }),
        ],
        ClientToken = input.Get<string>("clientToken"),
    };

    public static LogResultsRequest LogResults(ArgumentValues input) => new()
    {
        RunId = Key(input.Get<string>("runId")!, "Run"),
        Time = Moment(input, "time"),
        Metrics = MetricValues(input),
        ClientToken = input.Get<string>("clientToken"),
    };

    public static LogJobRuntimeRequest LogJobRuntime(ArgumentValues input) => new()
    {
        JobId = Key(input.Get<string>("jobId")!, "Job"),
        Records =
        [
            .. List(input, "records").Select(record => new JobRuntimeRecord
            {
                Time = (DateTimeOffset)Given(record, "time"),
                GlobalStep = (long)Given(record, "globalStep"),
                Ordinal = (int)Given(record, "ordinal"),
                Speed = Number(record, "speed"),
                WorkerCpu = Numbers(record, "workerCpu"),
                WorkerMemory = Numbers(record, "workerMemory"),
                PsCpu = Numbers(record, "psCpu"),
                PsMemory = Numbers(record, "psMemory"),
                Other = record.TryGet("other", out var other) && other is JsonElement { ValueKind: not JsonValueKind.Null } document ? document.GetRawText() : "",
            }),
        ],
        ClientToken = input.Get<string>("clientToken"),
    };

    public static AddSamplesRequest AddSamples(ArgumentValues input) => new()
    {
        DatasetId = Key(input.Get<string>("datasetId")!, "Dataset"),
        Columns = [.. List(input, "columns").Select(column => new ColumnInput(column.Get<string>("name")!, column.Get<string>("type") == "TEXT"))],
        Samples =
        [
            .. List(input, "samples").Select(sample => new SampleInput
            {
                SampleIndex = (long)Given(sample, "index"),
                Features = Numbers(sample, "features"),
                Texts = [.. List(sample, "texts").Select(text => KeyValuePair.Create(text.Get<string>("name")!, text.Get<string>("value")!))],
            }),
        ],
        ClientToken = input.Get<string>("clientToken"),
    };

    public static AddTargetsRequest AddTargets(ArgumentValues input) => new()
    {
        DatasetId = Key(input.Get<string>("datasetId")!, "Dataset"),
        Targets =
        [
            .. List(input, "targets").Select(target => new TargetInput
            {
                TargetIndex = (long)Given(target, "index"),
                SampleIndex = (long)Given(target, "sampleIndex"),
                Class = target.Get<string>("class"),
                Value = Number(target, "value"),
            }),
        ],
        ClientToken = input.Get<string>("clientToken"),
    };

    public static AddPredictionsRequest AddPredictions(ArgumentValues input) => new()
    {
        PredictionSetId = Key(input.Get<string>("predictionSetId")!, "PredictionSet"),
        Predictions =
        [
            .. List(input, "predictions").Select(prediction => new PredictionInput
            {
                PredictionIndex = (long)Given(prediction, "index"),
                SampleIndex = (long)Given(prediction, "sampleIndex"),
                Class = prediction.Get<string>("class"),
                Value = Number(prediction, "value"),
                Probabilities = Numbers(prediction, "probabilities"),
            }),
        ],
        ClientToken = input.Get<string>("clientToken"),
    };

    private static IReadOnlyList<MetricValue> MetricValues(ArgumentValues input) =>
    [
        .. List(input, "metrics").Select(metric => new MetricValue
        {
            Key = metric.Get<string>("key")!,
            Total = Number(metric, "total"),
            PerLabel = Numbers(metric, "perLabel"),
            Rank = (int)Given(metric, "rank"),
        }),
    ];

    private static IEnumerable<ArgumentValues> List(ArgumentValues input, string name) => input.Get<object?[]>(name, []).Select(item => (ArgumentValues)item!);

    private static KeyValuePair<string, double>[] Numbers(ArgumentValues input, string name) =>
        [.. List(input, name).Select(number => KeyValuePair.Create(number.Get<string>("name")!, (double)Given(number, "value")))];

    private static double? Number(ArgumentValues input, string name) => input.TryGet(name, out var value) ? (double?)value : null;
}
