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

    private async Task<SeriesBlock> PublishAsync(int ordinal, PointColumns points, CancellationToken ct)
    {
        var batch = new RunBatch("staged", [.. points.Series.Select(series => series.RunId).Distinct().Select(run => new RunPart(run, []))], points, null, []);
        var state = await GroupState.ReadAsync(connection, Caller.Anonymous, [batch], forWriting: true, ct).ConfigureAwait(false);
        var present = await FindPresentAsync(state, ordinal, GroupCommit.Doubtful(state, batch, 0), ct).ConfigureAwait(false);
        var work = new GroupWork(state, present, _ => false, default, points.Count);
        if (work.TakePoints(batch) > 0)
        {
            await using var write = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    PointLogRows.Insert(state.GroupId, work.Points, work.RunsWithPoints),
                    RunMetricRows.Write(work.ChangedSummaries),
                    RunCounterRows.Write([.. work.RunsWithPoints.Select(run => (run, state.Runs[run].Seq))]),
                },
            };
            await write.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        return work.Points;
    }

    /// <summary>What is stored at the places of late points. Nobody can add to these series meanwhile: their runs' counters are locked.</summary>
    private async Task<PresentPoints> FindPresentAsync(GroupState state, int ordinal, List<(long ExperimentId, MetricPoint Point)> doubtful, CancellationToken ct)
    {
        if (doubtful.Count == 0)
            return new PresentPoints();
        var present = await flusher.FindAsync(doubtful, ct).ConfigureAwait(false);
        var sought = doubtful.Select(d => d.Point).ToHashSet();
        foreach (var before in (await ReadOrdinalsAsync(ct).ConfigureAwait(false)).TakeWhile(other => other < ordinal))
        {
            var points = await ReadAsync(before, ct).ConfigureAwait(false);
            for (var i = 0; i < points.Count; i++)
            {
                var point = new MetricPoint(points.Series[points.SeriesOf[i]], points.At(i, 0));
                if (sought.Contains(point))
                    present.Add(point, 0);
            }
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

    private async Task<PointColumns> ReadAsync(int ordinal, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT payload FROM staged_block WHERE load_id = $1 AND ordinal = $2", connection)
        {
            Parameters = { new() { Value = load }, new() { Value = ordinal } },
        };
        return PointPayload.Read((byte[])(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!).Points;
    }
}
