using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Writing;

/// <summary>A metric of an epoch, a batch or of results: a total, a value for each label, or both.</summary>
public sealed record MetricValue
{
    /// <summary>The metric's key.</summary>
    public required string Key { get; init; }

    /// <summary>The total; null for a metric that has values for labels alone, which is not NaN.</summary>
    public double? Total { get; init; }

    /// <summary>The values by label.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> PerLabel { get; init; } = [];

    /// <summary>The worker that reports it.</summary>
    public int Rank { get; init; }
}

/// <summary>An epoch as a caller gives it.</summary>
public sealed record EpochInput
{
    /// <summary>Its index.</summary>
    public required long Index { get; init; }

    /// <summary>When it was; now if null.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Its metrics.</summary>
    public IReadOnlyList<MetricValue> Metrics { get; init; } = [];
}

/// <summary>A batch of an epoch as a caller gives it.</summary>
public sealed record BatchInput
{
    /// <summary>The index of its epoch.</summary>
    public required long EpochIndex { get; init; }

    /// <summary>Its index within the epoch.</summary>
    public required long Index { get; init; }

    /// <summary>When it began; now if null.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Its metrics.</summary>
    public IReadOnlyList<MetricValue> Metrics { get; init; } = [];
}

/// <summary>Epochs of a run. One that is there is replaced.</summary>
public sealed record LogEpochsRequest
{
    /// <summary>The run's internal id.</summary>
    public required long RunId { get; init; }

    /// <summary>The epochs.</summary>
    public IReadOnlyList<EpochInput> Epochs { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>Batches of a run's epochs. One that is there is replaced.</summary>
public sealed record LogBatchesRequest
{
    /// <summary>The run's internal id.</summary>
    public required long RunId { get; init; }

    /// <summary>The batches.</summary>
    public IReadOnlyList<BatchInput> Batches { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>The final results of a run. Those that are there are replaced.</summary>
public sealed record LogResultsRequest
{
    /// <summary>The run's internal id.</summary>
    public required long RunId { get; init; }

    /// <summary>When they were recorded; now if null.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>What they are.</summary>
    public IReadOnlyList<MetricValue> Metrics { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>Points of one run among several.</summary>
/// <param name="RunId">The run's internal id.</param>
/// <param name="Metrics">Its points.</param>
public sealed record RunPoints(long RunId, IReadOnlyList<MetricInput> Metrics);

/// <summary>Points of several runs, all of them or none.</summary>
public sealed record LogMetricsRequest
{
    /// <summary>The points by run.</summary>
    public IReadOnlyList<RunPoints> Runs { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>Records of a job's runtime. One of the same time, step and ordinal is replaced.</summary>
public sealed record LogJobRuntimeRequest
{
    /// <summary>The job's internal id.</summary>
    public required long JobId { get; init; }

    /// <summary>The records.</summary>
    public IReadOnlyList<JobRuntimeRecord> Records { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>A column of a dataset as a caller gives it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsText">Whether it holds texts; else numbers.</param>
public readonly record struct ColumnInput(string Name, bool IsText);

/// <summary>A row of a dataset as a caller gives it.</summary>
public sealed record SampleInput
{
    /// <summary>Its place.</summary>
    public required long SampleIndex { get; init; }

    /// <summary>Its numbers by column.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Features { get; init; } = [];

    /// <summary>Its texts by column.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Texts { get; init; } = [];
}

/// <summary>Rows of a dataset, and columns that it does not have yet. A row that is there is replaced.</summary>
public sealed record AddSamplesRequest
{
    /// <summary>The dataset's internal id.</summary>
    public required long DatasetId { get; init; }

    /// <summary>Columns, in order. Those that the dataset has stay as they are; others come behind them.</summary>
    public IReadOnlyList<ColumnInput> Columns { get; init; } = [];

    /// <summary>The rows.</summary>
    public IReadOnlyList<SampleInput> Samples { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>What is true of a sample, as a caller gives it: a class or a number.</summary>
public sealed record TargetInput
{
    /// <summary>Its place among the targets.</summary>
    public required long TargetIndex { get; init; }

    /// <summary>The sample's place.</summary>
    public required long SampleIndex { get; init; }

    /// <summary>The class.</summary>
    public string? Class { get; init; }

    /// <summary>The number.</summary>
    public double? Value { get; init; }
}

/// <summary>Targets of a dataset. One of the same place is replaced.</summary>
public sealed record AddTargetsRequest
{
    /// <summary>The dataset's internal id.</summary>
    public required long DatasetId { get; init; }

    /// <summary>The targets.</summary>
    public IReadOnlyList<TargetInput> Targets { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>What a model says of a sample, as a caller gives it: a class or a number.</summary>
public sealed record PredictionInput
{
    /// <summary>Its place in the set.</summary>
    public required long PredictionIndex { get; init; }

    /// <summary>The sample's place.</summary>
    public required long SampleIndex { get; init; }

    /// <summary>The class.</summary>
    public string? Class { get; init; }

    /// <summary>The number.</summary>
    public double? Value { get; init; }

    /// <summary>The probability of each class.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Probabilities { get; init; } = [];
}

/// <summary>Predictions of a set. One of the same place is replaced.</summary>
public sealed record AddPredictionsRequest
{
    /// <summary>The set's internal id.</summary>
    public required long PredictionSetId { get; init; }

    /// <summary>The predictions.</summary>
    public IReadOnlyList<PredictionInput> Predictions { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}
