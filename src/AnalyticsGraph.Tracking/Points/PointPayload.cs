using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>The points of a payload of the log, or of a staged block.</summary>
/// <param name="Points">The points.</param>
/// <param name="Seqs">The how-many-th of its run each is; 0 while it is staged.</param>
internal sealed record PointPayload(PointColumns Points, long[] Seqs)
{
    /// <exception cref="InvalidDataException">The payload is damaged.</exception>
    public static PointPayload Read(byte[] payload)
    {
        var rows = new SeriesBlock(SeriesTable.MetricPoint);
        rows.Append(payload, 0);
        using var block = Block.Decode(rows.ToNative());
        var (keys, labels) = ((ClickHouseStringColumn)block.Column("key"), (ClickHouseStringColumn)block.Column("label"));
        var runs = block.Column<long>("run_id").Values;
        var scopes = block.Column("scope").RawValues<sbyte>();
        var ranks = block.Column<int>("rank").Values;
        var epochs = block.Column<long>("epoch").Values;
        var steps = block.Column<long>("step").Values;
        var times = block.Column("time").RawValues<long>();
        var values = block.Column<double>("value").Values;
        var models = block.Column<long>("model_id").Values;
        var datasets = block.Column<long>("dataset_id").Values;
        var points = new PointColumns(block.RowCount);
        var series = -1;
        for (var row = 0; row < block.RowCount; row++)
        {
            // Texts are decoded where they change.
            if (row == 0 || runs[row] != runs[row - 1] || scopes[row] != scopes[row - 1] || ranks[row] != ranks[row - 1]
                || !keys.Utf8(row).SequenceEqual(keys.Utf8(row - 1)) || !labels.Utf8(row).SequenceEqual(labels.Utf8(row - 1)))
            {
                series = points.NumberOf(new SeriesKey(runs[row], (MetricScope)scopes[row], keys[row], labels[row], ranks[row]));
            }

            points.Add(series, new SeriesPoint(new PointPosition(epochs[row], steps[row], times[row]), values[row], models[row], datasets[row]));
        }

        return new PointPayload(points, block.Column<long>("seq").ToArray());
    }
}
