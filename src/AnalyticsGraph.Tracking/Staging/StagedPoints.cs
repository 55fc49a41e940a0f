using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>
/// The points of a load, within the transaction that publishes it: block by block they are compared with what is stored, numbered, summed up and logged. Only one block is in memory,
/// however many there are; a point that is not after its series' last is looked for in ClickHouse, and one that is not after the load's own last in a table of what was seen.
/// </summary>
internal sealed class StagedPoints(NpgsqlConnection connection, PointFlusher flusher, long load, PointLogOptions options)
{
    // Where each series of the load has come to.
    private readonly Dictionary<SeriesKey, PointPosition> _reached = [];
    private bool _isSeeing;

    /// <summary>Logs the points that are new.</summary>
    /// <returns>How many they are.</returns>
    public async Task<long> PublishAsync(Published published, CancellationToken ct)
    {
        var rows = 0L;
        foreach (var ordinal in await ReadOrdinalsAsync(ct).ConfigureAwait(false))
            rows += await PublishAsync(ordinal, await ReadAsync(ordinal, ct).ConfigureAwait(false), published, ct).ConfigureAwait(false);
        return rows;
    }

    private async Task<int> PublishAsync(int ordinal, PointColumns points, Published published, CancellationToken ct)
    {
        var batch = new RunBatch("staged", [.. points.Series.Select(series => series.RunId).Distinct().Select(run => new RunPart(run, []))], points, null, []);
        var state = await GroupState.ReadAsync(connection, Caller.Anonymous, [batch], RunLocks.Wait, ct).ConfigureAwait(false);

        // Nobody can add to these series meanwhile: their runs' counters are locked.
        var present = await flusher.FindAsync(GroupCommit.Doubtful(state, batch, 0), ct).ConfigureAwait(false);
        foreach (var at in await FindSeenAsync(ordinal, points, ct).ConfigureAwait(false))
            present.Add(new MetricPoint(points.Series[points.SeriesOf[at]], points.At(at, 0)), 0);
        var work = new GroupWork(state, present, _ => false, default, points.Count);
        if (work.TakePoints(batch) > 0)
        {
            await using var write = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    PointLogRows.Insert(state.GroupId, work.Points, work.RunsWithPoints, load),
                    RunMetricRows.Write(work.ChangedSummaries),
                    RunCounterRows.Write(work.RunsWithPoints, state),
                },
            };
            await write.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            published.Bytes += work.Points.Bytes;
            foreach (var run in work.RunsWithPoints)
                published.Runs[run] = state.Runs[run].Seq;
        }

        return work.Points.Count;
    }

    /// <summary>
    /// Which of a block's points blocks before have. While all come in order nobody is asked; from the first that does not on, digests of all points are kept in an index, so that
    /// each costs one look, in whatever order they come.
    /// </summary>
    private async Task<List<int>> FindSeenAsync(int ordinal, PointColumns points, CancellationToken ct)
    {
        if (Reach(points) && !_isSeeing)
        {
            _isSeeing = true;
            await using var create = new NpgsqlCommand("CREATE TEMP TABLE staged_point_seen (digest uuid PRIMARY KEY) ON COMMIT DROP", connection);
            await create.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            foreach (var before in (await ReadOrdinalsAsync(ct).ConfigureAwait(false)).TakeWhile(other => other < ordinal))
                await SeeAsync(await ReadAsync(before, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }

        return _isSeeing ? await SeeAsync(points, ct).ConfigureAwait(false) : [];
    }

    /// <summary>Notes where the series have come to.</summary>
    /// <returns>Whether any point is not after what its series had come to before the block.</returns>
    private bool Reach(PointColumns points)
    {
        PointPosition?[] before = [.. points.Series.Select(series => _reached.TryGetValue(series, out var position) ? position : (PointPosition?)null)];
        PointPosition?[] reached = [.. before];
        var isLate = false;
        for (var i = 0; i < points.Count; i++)
        {
            var (series, position) = (points.SeriesOf[i], points.Points[i].Position);
            isLate |= before[series] is { } last && position <= last;
            if (reached[series] is not { } known || position > known)
                reached[series] = position;
        }

        for (var i = 0; i < reached.Length; i++)
        {
            if (reached[i] is { } position)
                _reached[points.Series[i]] = position;
        }

        return isLate;
    }

    /// <summary>Keeps the digests of points.</summary>
    /// <returns>Which of them were kept before.</returns>
    private async Task<List<int>> SeeAsync(PointColumns points, CancellationToken ct)
    {
        Guid[] digests = [.. Enumerable.Range(0, points.Count).Select(i => Digest(points.Series[points.SeriesOf[i]], points.At(i, 0)))];
        await using var keep = new NpgsqlCommand("INSERT INTO pg_temp.staged_point_seen SELECT unnest($1) ON CONFLICT DO NOTHING RETURNING digest", connection)
        {
            CommandTimeout = (int)Math.Ceiling(options.PublishTimeout.TotalSeconds),
            Parameters = { new() { Value = digests } },
        };
        var added = new HashSet<Guid>();
        await using (var reader = await keep.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                added.Add(reader.GetGuid(0));
        }

        return [.. Enumerable.Range(0, digests.Length).Where(i => !added.Contains(digests[i]))];
    }

    /// <summary>Equal for equal points, and for others only by a chance that nobody lives to see.</summary>
    private static Guid Digest(SeriesKey series, SeriesPoint at)
    {
        var text = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{series.RunId} {(int)series.Scope} {series.Rank} {at.Position.Epoch} {at.Position.Step} {at.Position.Time} {(at.Value == 0 ? 0 : double.IsNaN(at.Value) ? double.NaN : at.Value):R} {at.ModelId} {at.DatasetId} {series.Key.Length} {series.Key}{series.Label}"));
        return new Guid(SHA256.HashData(text).AsSpan(0, 16));
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
