using System.Text;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>Rows of the series as blocks hold them.</summary>
internal static class SeriesRows
{
    /// <summary>Adds a point to a block of <see cref="SeriesTable.MetricPoint"/>.</summary>
    public static void AddPoint(this SeriesBlock block, long experimentId, in SeriesKey series, in SeriesPoint point, long seq, long groupId) =>
        block.AddPoint(experimentId, series, Encoding.UTF8.GetBytes(series.Key), Encoding.UTF8.GetBytes(series.Label), point, seq, groupId);

    /// <summary>As the other one.</summary>
    public static void AddPoint(this SeriesBlock block, long experimentId, SeriesState series, in SeriesPoint point, long seq, long groupId) =>
        block.AddPoint(experimentId, series.Key, series.KeyText, series.LabelText, point, seq, groupId);

    /// <summary>As the other one, of texts that are UTF-8 already.</summary>
    public static void AddPoint(
        this SeriesBlock block, long experimentId, in SeriesKey series, ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, in SeriesPoint point, long seq, long groupId)
    {
        block.Add(experimentId);
        block.AddText(key);
        block.AddText(label);
        block.Add(series.RunId);
        block.Add((byte)series.Scope);
        block.Add(series.Rank);
        block.Add(point.Position.Epoch);
        block.Add(point.Position.Step);
        block.Add(point.Position.Time);
        block.Add(point.Value);
        block.Add(point.ModelId);
        block.Add(point.DatasetId);
        block.Add(seq);
        block.Add(groupId);
        block.EndRow();
    }

    /// <summary>Adds a point to a block of <see cref="SeriesTable.RemovedPoint"/>.</summary>
    public static void AddRemovedPoint(this SeriesBlock block, long experimentId, long runId, long seq)
    {
        block.Add(experimentId);
        block.Add(runId);
        block.Add(seq);
        block.EndRow();
    }

    /// <summary>Adds an epoch.</summary>
    public static void AddEpoch(this SeriesBlock block, long experimentId, long runId, long index, DateTimeOffset? time)
    {
        block.Add(experimentId);
        block.Add(runId);
        block.Add(index);
        block.AddOptional(Microseconds(time));
        block.EndRow();
    }

    /// <summary>Adds a batch of an epoch.</summary>
    public static void AddBatch(this SeriesBlock block, long experimentId, long runId, long epochIndex, long index, DateTimeOffset? time)
    {
        block.Add(experimentId);
        block.Add(runId);
        block.Add(epochIndex);
        block.Add(index);
        block.AddOptional(Microseconds(time));
        block.EndRow();
    }

    /// <summary>Adds a record of a job's runtime.</summary>
    public static void AddRuntime(this SeriesBlock block, long jobId, JobRuntimeRecord record)
    {
        block.Add(jobId);
        block.Add(record.Time.ToUnixTimeMilliseconds());
        block.Add(record.GlobalStep);
        block.Add(record.Ordinal);
        block.AddOptional(record.Speed);
        block.AddMap(record.WorkerCpu);
        block.AddMap(record.WorkerMemory);
        block.AddMap(record.PsCpu);
        block.AddMap(record.PsMemory);
        block.Add(record.Other);
        block.EndRow();
    }

    /// <summary>Adds a row of a dataset.</summary>
    public static void AddSample(
        this SeriesBlock block, long datasetId, long index, string originalId, IReadOnlyCollection<KeyValuePair<string, double>> features, IReadOnlyCollection<KeyValuePair<string, string>> texts)
    {
        block.Add(datasetId);
        block.Add(index);
        block.Add(originalId);
        block.AddMap(features);
        block.AddMap(texts);
        block.EndRow();
    }

    /// <summary>Adds what is true of a sample.</summary>
    public static void AddTarget(this SeriesBlock block, long datasetId, long index, long sampleIndex, string originalId, string? @class, double? value)
    {
        block.Add(datasetId);
        block.Add(index);
        block.Add(sampleIndex);
        block.Add(originalId);
        block.AddOptional(@class);
        block.AddOptional(value);
        block.EndRow();
    }

    /// <summary>Adds what is predicted of a sample.</summary>
    public static void AddPrediction(
        this SeriesBlock block, long datasetId, long predictionSetId, long index, long sampleIndex, string originalId, string? @class, double? value,
        IReadOnlyCollection<KeyValuePair<string, double>> probabilities)
    {
        block.Add(datasetId);
        block.Add(predictionSetId);
        block.Add(index);
        block.Add(sampleIndex);
        block.Add(originalId);
        block.AddOptional(@class);
        block.AddOptional(value);
        block.AddMap(probabilities);
        block.EndRow();
    }

    /// <summary>Adds an imported METRIC row as it was.</summary>
    public static void AddMetricRecord(this SeriesBlock block, string source, long originalId, string? type, double? total, string? totalText, string? perLabel)
    {
        block.Add(source);
        block.Add(originalId);
        block.AddOptional(type);
        block.AddOptional(total);
        block.AddOptional(totalText);
        block.AddOptional(perLabel);
        block.EndRow();
    }

    /// <summary>Adds what an imported METRIC row was linked to: results, an epoch or a batch.</summary>
    public static void AddMetricRecordLink(
        this SeriesBlock block, string source, long originalId, MetricScope level, long experimentId, long runId, long epoch, long batch, long ordinal)
    {
        block.Add(source);
        block.Add(originalId);
        block.Add((byte)level);
        block.Add(experimentId);
        block.Add(runId);
        block.Add(epoch);
        block.Add(batch);
        block.Add(ordinal);
        block.EndRow();
    }

    private static long? Microseconds(DateTimeOffset? time) => time is { } moment ? (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond : null;
}
