using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>
/// The points of a load, within the transaction that publishes it: block by block they are compared with what is stored, numbered, summed up and logged. Only one block is in memory,
/// however many there are; a point that is not after its series' last is looked for in ClickHouse, and in the load's blocks before.
/// </summary>
internal sealed class StagedPoints(NpgsqlConnection connection, PointFlusher flusher, long load)
{
    /// <summary>Logs the points that are new.</summary>
    public async Task<(long Rows, long Bytes)> PublishAsync(CancellationToken ct)
    {
        var (rows, bytes) = (0L, 0L);
        foreach (var ordinal in await ReadOrdinalsAsync(ct).ConfigureAwait(false))
        {
            var block = await PublishAsync(ordinal, await ReadAsync(ordinal, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            (rows, bytes) = (rows + block.Count, bytes + block.Bytes);
        }

        return (rows, bytes);
    }

    private async Task<SeriesBlock> PublishAsync(int ordinal, List<MetricPoint> points, CancellationToken ct)
    {
        var batch = new RunBatch("staged", [.. points.GroupBy(point => point.Series.RunId).Select(run => new RunPart(run.Key, []) { Metrics = [.. run.Select(point => point.Series).Distinct().Select(SeriesInput)] })], null, []);
        var state = await GroupState.ReadAsync(connection, await CallerAsync(ct).ConfigureAwait(false), [batch], forWriting: true, ct).ConfigureAwait(false);
        var doubtful = points.Where(point => state.Summaries.TryGetValue(point.Series, out var summary) && point.Point.Position <= summary.Last.Position).ToList();
        var present = await FindPresentAsync(state, ordinal, doubtful, ct).ConfigureAwait(false);
        var block = new SeriesBlock(SeriesTable.MetricPoint);
        var changed = new Dictionary<SeriesKey, SeriesSummary>();
        var runs = new SortedSet<long>();
        foreach (var point in points)
        {
            var run = state.Runs[point.Series.RunId];
            if (!present.Add(point, run.Seq + 1))
                continue;
            if (!state.Summaries.TryGetValue(point.Series, out var summary))
                state.Summaries.Add(point.Series, summary = new SeriesSummary());
            summary.Add(point.Point);
            changed[point.Series] = summary;
            runs.Add(point.Series.RunId);
            block.AddPoint(run.ExperimentId, point.Series, point.Point, ++run.Seq, state.GroupId);
        }

        if (block.Count > 0)
        {
            await using var write = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    PointLogRows.Insert(state.GroupId, block, [.. runs]),
                    RunMetricRows.Write([.. changed]),
                    RunCounterRows.Write([.. runs.Select(run => (run, state.Runs[run].Seq))]),
                },
            };
            await write.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        return block;
    }

    /// <summary>What is stored at the places of late points. Nobody can add to these series meanwhile: their runs' counters are locked.</summary>
    private async Task<PresentPoints> FindPresentAsync(GroupState state, int ordinal, List<MetricPoint> doubtful, CancellationToken ct)
    {
        if (doubtful.Count == 0)
            return new PresentPoints();
        await flusher.FlushRunsAsync([.. doubtful.Select(point => point.Series.RunId).Distinct()], ct).ConfigureAwait(false);
        var present = await flusher.FindAsync([.. doubtful.Select(point => (state.Runs[point.Series.RunId].ExperimentId, point))], ct).ConfigureAwait(false);
        var sought = doubtful.ToHashSet();
        foreach (var before in (await ReadOrdinalsAsync(ct).ConfigureAwait(false)).TakeWhile(other => other < ordinal))
        {
            foreach (var point in (await ReadAsync(before, ct).ConfigureAwait(false)).Where(sought.Contains))
                present.Add(point, 0);
        }

        return present;
    }

    private async Task<List<int>> ReadOrdinalsAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT ordinal FROM staged_block WHERE load_id = $1 AND series = 'metric_point' ORDER BY 1", connection) { Parameters = { new() { Value = load } } };
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var ordinals = new List<int>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            ordinals.Add(reader.GetInt32(0));
        return ordinals;
    }

    private async Task<List<MetricPoint>> ReadAsync(int ordinal, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT payload, bytes FROM staged_block WHERE load_id = $1 AND ordinal = $2", connection)
        {
            Parameters = { new() { Value = load }, new() { Value = ordinal } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        var rows = new SeriesBlock(SeriesTable.MetricPoint);
        rows.Append(reader.GetFieldValue<byte[]>(0), reader.GetInt32(1), 0);
        using var block = Block.Decode(rows.ToNative());
        var points = new List<MetricPoint>(block.RowCount);
        for (var row = 0; row < block.RowCount; row++)
        {
            points.Add(new MetricPoint(
                new SeriesKey(
                    block.Column<long>("run_id")[row], MetricScopes.Parse(block.Column<string>("scope")[row]), block.Column<string>("key")[row], block.Column<string>("label")[row],
                    block.Column<int>("rank")[row]),
                new SeriesPoint(
                    new PointPosition(block.Column<long>("epoch")[row], block.Column<long>("step")[row], block.Column("time").RawValues<long>()[row]), block.Column<double>("value")[row],
                    block.Column<long>("model_id")[row], block.Column<long>("dataset_id")[row])));
        }

        return points;
    }

    // The transaction's own actor, so that reading the state does not change it.
    private async Task<Caller> CallerAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT current_actor()", connection);
        return new Caller(await command.ExecuteScalarAsync(ct).ConfigureAwait(false) as string);
    }

    private static MetricInput SeriesInput(SeriesKey series) => new() { Key = series.Key, Label = series.Label, Rank = series.Rank, Scope = series.Scope, Value = 0 };
}
