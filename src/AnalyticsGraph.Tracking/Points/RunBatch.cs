using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What one call adds to runs, whichever mutation it is: taken as a whole or not at all.</summary>
/// <param name="Operation">The mutation: a client token is the caller's and the operation's.</param>
/// <param name="Parts">What is added to each run beside its points; one for each run that has any.</param>
/// <param name="Points">The points of all of them.</param>
/// <param name="ClientToken">Makes the call safe to repeat.</param>
/// <param name="Hash">A hash of the call's content; empty without a token.</param>
internal sealed record RunBatch(string Operation, IReadOnlyList<RunPart> Parts, PointColumns Points, string? ClientToken, byte[] Hash)
{
    /// <summary>
    /// Whether its points replace what is said at their places: one that says the same again is none, and another one is made later than all that are there, because the
    /// latest counts.
    /// </summary>
    public bool Corrects { get; init; }

    /// <summary>Its points' hash; null where it says nothing: for points that correct others, the same again may be another correction.</summary>
    public byte[]? PointsHash { get; private init; }

    /// <summary>The batch with its points' hash, which is worth its time before anything is locked.</summary>
    public RunBatch Hashed() => Corrects ? this : this with { PointsHash = Points.Hash() };

    public static RunBatch Of(LogBatchRequest request) => Of("logBatch", request, request.ClientToken, new RunPart(request.RunId, InputRules.Path("input", "runId"))
    {
        Params = request.Params,
        Tags = request.Tags,
    }).With(request.RunId, request.Metrics);

    public static RunBatch Of(LogMetricsRequest request)
    {
        var batch = Of("logMetrics", request, request.ClientToken, [.. request.Runs.Select((run, i) => new RunPart(run.RunId, InputRules.Path("input", "runs", i, "runId")))]);
        foreach (var run in request.Runs)
            batch.With(run.RunId, run.Metrics);
        return batch;
    }

    public static RunBatch Of(LogEpochsRequest request) => Of("logEpochs", request, request.ClientToken, new RunPart(request.RunId, InputRules.Path("input", "runId"))
    {
        Epochs = request.Epochs,
    }).Correcting(request.RunId, request.Epochs.SelectMany(epoch => Values(epoch.Metrics, MetricScope.Epoch, 0, epoch.Index, epoch.Time)));

    public static RunBatch Of(LogBatchesRequest request) => Of("logBatches", request, request.ClientToken, new RunPart(request.RunId, InputRules.Path("input", "runId"))
    {
        Batches = request.Batches,
    }).Correcting(request.RunId, request.Batches.SelectMany(batch => Values(batch.Metrics, MetricScope.Batch, batch.EpochIndex, batch.Index, batch.Time)));

    public static RunBatch Of(LogResultsRequest request) => Of("logResults", request, request.ClientToken, new RunPart(request.RunId, InputRules.Path("input", "runId"))
    {
        Results = request,
    }).Correcting(request.RunId, Values(request.Metrics, MetricScope.Result, 0, 0, request.Time));

    private static RunBatch Of<TRequest>(string operation, TRequest request, string? token, params RunPart[] parts) =>
        new(operation, parts, new PointColumns(), token, token is null ? [] : ClientTokens.Hash(request));

    private RunBatch Correcting(long runId, IEnumerable<MetricInput> metrics) => (this with { Corrects = true }).With(runId, metrics);

    private RunBatch With(long runId, IEnumerable<MetricInput> metrics)
    {
        foreach (var metric in metrics)
        {
            Points.Add(
                new SeriesKey(runId, metric.Scope, metric.Key, metric.Label, metric.Rank),
                new SeriesPoint(new PointPosition(metric.Epoch, metric.Step, metric.Time?.ToUnixTimeMilliseconds() ?? PointColumns.Now), metric.Value));
        }

        return this;
    }

    private static IEnumerable<MetricInput> Values(IEnumerable<MetricValue> metrics, MetricScope scope, long epoch, long step, DateTimeOffset? time)
    {
        foreach (var metric in metrics)
        {
            if (metric.Total is { } total)
                yield return Point(metric, "", total);
            foreach (var (label, value) in metric.PerLabel)
                yield return Point(metric, label, value);
        }

        MetricInput Point(MetricValue metric, string label, double value) =>
            new() { Key = metric.Key, Label = label, Rank = metric.Rank, Scope = scope, Epoch = epoch, Step = step, Time = time, Value = value };
    }
}

/// <summary>What a call adds to one run.</summary>
/// <param name="RunId">The run's internal id.</param>
/// <param name="Path">Where the input names it.</param>
internal sealed record RunPart(long RunId, string[] Path)
{
    public IReadOnlyList<KeyText> Params { get; init; } = [];

    public IReadOnlyList<KeyText> Tags { get; init; } = [];

    public IReadOnlyList<EpochInput> Epochs { get; init; } = [];

    public IReadOnlyList<BatchInput> Batches { get; init; } = [];

    public LogResultsRequest? Results { get; init; }
}
