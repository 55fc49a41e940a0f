using System.Runtime.CompilerServices;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// The points of one experiment, within its transaction: read in order from the temporary table, compared with those that ClickHouse has already, summed up, and logged in
/// large groups. The log's rows are part of the transaction, so the points are published by its commit, and what a crash leaves behind is what the flusher settles anyway. Points
/// that an import of the source brought and it does not tell any more leave the same way. Those of a run that it has no more stay with it.
/// </summary>
/// <param name="connection">In a transaction, with the source's points in temporary tables.</param>
/// <param name="flusher">Brings points on.</param>
/// <param name="source">The instance's name.</param>
/// <param name="experimentId">The experiment.</param>
/// <param name="select">
/// The points: run_id, key, step, time (milliseconds), value, scope, label, epoch; <c>$1</c> is the source, <c>$2</c> the experiment. In the order of
/// <see cref="Order"/>.
/// </param>
/// <param name="hasRun">A condition: whether the source has the run <c>r</c>.</param>
/// <param name="told">The scopes that the source tells of at all.</param>
/// <param name="progress">Told how many were read.</param>
internal sealed class ImportedPoints(
    NpgsqlConnection connection, PointFlusher flusher, string source, long experimentId, string select, string hasRun, IReadOnlyCollection<MetricScope> told, Action<long> progress)
{
    /// <summary>How ClickHouse orders a run's points, by the columns' names.</summary>
    public const string Order =
        """ORDER BY run_id, key COLLATE "C", label COLLATE "C", CASE scope WHEN 'RUN' THEN 0 WHEN 'RESULT' THEN 1 WHEN 'EPOCH' THEN 2 ELSE 3 END, epoch, step, time""";

    private const int RowsPerFetch = 20_000;
    private const int PointsPerGroup = 100_000;

    private readonly List<KeyValuePair<SeriesKey, SeriesSummary>> _summaries = [];
    private readonly List<SeriesKey> _lost = [];
    private readonly List<(long RunId, long Seq)> _counters = [];
    private readonly List<(long RunId, long Points)> _removals = [];
    private readonly HashSet<long> _runsInGroup = [];
    private readonly HashSet<long> _runsOfRemoved = [];
    private SeriesBlock _removed = new(SeriesTable.RemovedPoint);
    private SeriesBlock _block = new(SeriesTable.MetricPoint);
    private long _group;

    /// <summary>How much was logged.</summary>
    public long LoggedBytes { get; private set; }

    /// <summary>How many points were taken away.</summary>
    public long Removed { get; private set; }

    /// <summary>How many series were new, how many had points already and have others now, and how many have none any more.</summary>
    public (long Added, long Changed, long Removed) Series { get; private set; }

    /// <summary>Stores the points that are not there yet, and takes away those that the source has no more.</summary>
    /// <returns>How many were stored.</returns>
    public async Task<long> StoreAsync(CancellationToken ct)
    {
        var known = await LockRunsAsync(ct).ConfigureAwait(false);
        if (known.Count > 0)
        {
            // Under the lock nobody adds to these runs, so after this ClickHouse has all they have.
            await flusher.FlushRunsAsync(known.Keys, ct).ConfigureAwait(false);
        }

        // Runs that the source tells no points of are among those to look at, if any of their points may go.
        var groups = known.Count > 0 && told.Count > 0 ? await ReadGroupsAsync(ct).ConfigureAwait(false) : [];
        Predicate<StoredPoint>? mayGo = groups.Count > 0 ? point => groups.Contains(point.GroupId) && told.Contains(point.Point.Series.Scope) : null;
        var waiting = new Queue<long>(mayGo is null ? [] : known.Keys);
        await using var present = new StoredPoints(flusher.Points, experimentId, known, ct);
        var stored = 0L;
        var read = 0L;
        ImportedRun? run = null;
        await foreach (var point in ReadAsync(ct).ConfigureAwait(false))
        {
            if (run is null || run.RunId != point.Series.RunId)
            {
                await EndRunAsync(run, ct).ConfigureAwait(false);
                while (waiting.TryPeek(out var next) && next <= point.Series.RunId)
                {
                    waiting.Dequeue();
                    if (next < point.Series.RunId)
                        await EndRunAsync(await BeginRunAsync(next, known, present, mayGo, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
                }

                run = await BeginRunAsync(point.Series.RunId, known, present, mayGo, ct).ConfigureAwait(false);
            }

            if (++read % RowsPerFetch == 0)
                progress(read);
            if (!await run.TryAddAsync(point).ConfigureAwait(false))
                continue;
            stored++;
            if (_block.Count == 0)
                _group = await NextGroupAsync(ct).ConfigureAwait(false);
            _block.AddPoint(experimentId, point.Series, point.Point, ++run.Seq, _group);
            _runsInGroup.Add(run.RunId);
            if (_block.Count >= PointsPerGroup)
                await EndGroupAsync(ct).ConfigureAwait(false);
        }

        await EndRunAsync(run, ct).ConfigureAwait(false);
        while (waiting.TryDequeue(out var next))
            await EndRunAsync(await BeginRunAsync(next, known, present, mayGo, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        await WriteSummariesAsync(ct).ConfigureAwait(false);
        await EndGroupAsync(ct).ConfigureAwait(false);
        await EndRemovedAsync(ct).ConfigureAwait(false);
        return stored;
    }

    /// <summary>Locks the experiment's runs that the source has.</summary>
    /// <returns>Those that have points already, with their number.</returns>
    private async Task<SortedDictionary<long, long>> LockRunsAsync(CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            $"SELECT c.run_id, c.seq FROM run_counter c JOIN run r ON r.id = c.run_id WHERE r.experiment_id = $1 AND r.source = $2 AND {hasRun} ORDER BY c.run_id FOR NO KEY UPDATE OF c", connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = experimentId }, new() { Value = source } },
        };
        await using var reader = await take.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var known = new SortedDictionary<long, long>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            if (reader.GetInt64(1) > 0)
                known.Add(reader.GetInt64(0), reader.GetInt64(1));
        }

        return known;
    }

    /// <summary>The groups that imports of the source brought.</summary>
    private async Task<HashSet<long>> ReadGroupsAsync(CancellationToken ct)
    {
        await using var read = new NpgsqlCommand("SELECT coalesce(array_agg(group_id), '{}') FROM import_group WHERE source = $1", connection) { Parameters = { new() { Value = source } } };
        return [.. (long[])(await read.ExecuteScalarAsync(ct).ConfigureAwait(false))!];
    }

    /// <summary>The source's points by run, key and position; a cursor, because other statements run on the connection meanwhile.</summary>
    private async IAsyncEnumerable<MetricPoint> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using (var declare = new NpgsqlCommand(
            $"DECLARE points NO SCROLL CURSOR FOR {select}", connection)
        { CommandTimeout = 0, Parameters = { new() { Value = source }, new() { Value = experimentId } } })
        {
            await declare.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        var page = new List<MetricPoint>(RowsPerFetch);
        do
        {
            page.Clear();
            await using (var fetch = new NpgsqlCommand($"FETCH {RowsPerFetch} FROM points", connection) { CommandTimeout = 0 })
            await using (var reader = await fetch.ExecuteReaderAsync(ct).ConfigureAwait(false))
            {
                var series = default(SeriesKey);
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                {
                    var next = new SeriesKey(reader.GetInt64(0), MetricScopes.Parse(reader.GetString(5)), reader.GetString(1), reader.GetString(6), 0);
                    if (series != next)
                        series = next;
                    page.Add(new MetricPoint(series, new SeriesPoint(new PointPosition(reader.GetInt64(7), reader.IsDBNull(2) ? 0 : reader.GetInt64(2), reader.GetInt64(3)), reader.GetDouble(4))));
                }
            }

            foreach (var point in page)
                yield return point;
        }
        while (page.Count == RowsPerFetch);
        await using var close = new NpgsqlCommand("CLOSE points", connection);
        await close.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private async Task<ImportedRun> BeginRunAsync(long runId, SortedDictionary<long, long> known, StoredPoints stored, Predicate<StoredPoint>? mayGo, CancellationToken ct)
    {
        if (!known.TryGetValue(runId, out var seq))
            return new ImportedRun(runId, 0, [], null, null);
        var summaries = new Dictionary<SeriesKey, SeriesSummary>();
        await using var read = new NpgsqlCommand($"SELECT {RunMetricRows.Columns} FROM run_metric WHERE run_id = $1 AND rank = 0", connection)
        {
            Parameters = { new() { Value = runId } },
        };
        await using var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var (key, summary) = RunMetricRows.Read(reader);
            summaries.Add(key, summary);
        }

        return new ImportedRun(runId, seq, summaries, stored, mayGo);
    }

    private async Task EndRunAsync(ImportedRun? run, CancellationToken ct)
    {
        if (run is null)
            return;
        await run.EndAsync().ConfigureAwait(false);
        _summaries.AddRange(run.Changed);
        _lost.AddRange(run.Lost);
        Series = (Series.Added + run.NewSeries, Series.Changed + run.Changed.Count - run.NewSeries, Series.Removed + run.Lost.Count);
        if (run.Changed.Count > 0)
            _counters.Add((run.RunId, run.Seq));
        if (run.Gone.Count > 0)
        {
            _removals.Add((run.RunId, run.Gone.Count));
            _runsOfRemoved.Add(run.RunId);
            Removed += run.Gone.Count;
            foreach (var seq in run.Gone)
                _removed.AddRemovedPoint(experimentId, run.RunId, seq);
        }

        if (_summaries.Count + _lost.Count >= 1000)
            await WriteSummariesAsync(ct).ConfigureAwait(false);
        if (_removed.Count >= PointsPerGroup)
            await EndRemovedAsync(ct).ConfigureAwait(false);
    }

    private async Task WriteSummariesAsync(CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (_summaries.Count > 0)
        {
            batch.BatchCommands.Add(RunMetricRows.Write(_summaries));
            batch.BatchCommands.Add(RunCounterRows.Write(_counters));
        }

        if (_lost.Count > 0)
        {
            batch.BatchCommands.Add(RunMetricRows.Remove("run_metric", _lost));
            batch.BatchCommands.Add(RunMetricRows.Remove("run_metric_order", _lost));
        }

        if (_removals.Count > 0)
            batch.BatchCommands.Add(RunCounterRows.WriteRemoved(_removals));
        if (batch.BatchCommands.Count == 0)
            return;
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        _summaries.Clear();
        _lost.Clear();
        _counters.Clear();
        _removals.Clear();
    }

    private async Task<long> NextGroupAsync(CancellationToken ct)
    {
        await using var next = new NpgsqlCommand("SELECT nextval('point_group_id')", connection);
        return (long)(await next.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private async Task EndGroupAsync(CancellationToken ct)
    {
        if (_block.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("INSERT INTO import_group (source, group_id) VALUES ($1, $2)") { Parameters = { new() { Value = source }, new() { Value = _group } } },
                PointLogRows.Insert(_group, _block, [.. _runsInGroup.Order()]),
            },
        };
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        LoggedBytes += _block.Bytes;
        _block = new SeriesBlock(SeriesTable.MetricPoint);
        _runsInGroup.Clear();
    }

    private async Task EndRemovedAsync(CancellationToken ct)
    {
        if (_removed.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { PointLogRows.Insert(await NextGroupAsync(ct).ConfigureAwait(false), _removed, [.. _runsOfRemoved.Order()]) } };
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        LoggedBytes += _removed.Bytes;
        _removed = new SeriesBlock(SeriesTable.RemovedPoint);
        _runsOfRemoved.Clear();
    }
}
