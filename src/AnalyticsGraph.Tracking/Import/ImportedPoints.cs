using System.Runtime.CompilerServices;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// The points of one experiment, within its transaction: read in order from the temporary table, compared with those that ClickHouse has already, summed up, and logged in
/// large groups. The log's rows are part of the transaction, so the points are published by its commit, and what a crash leaves behind is what the flusher settles anyway.
/// </summary>
/// <param name="connection">In a transaction, with the source's points in temporary tables.</param>
/// <param name="flusher">Brings points on.</param>
/// <param name="source">The instance's name.</param>
/// <param name="experimentId">The experiment.</param>
/// <param name="select">
/// The points: run_id, key, step, time (milliseconds), value, scope, label, epoch; <c>$1</c> is the source, <c>$2</c> the experiment. In the order of
/// <see cref="Order"/>.
/// </param>
/// <param name="progress">Told how many were read.</param>
internal sealed class ImportedPoints(NpgsqlConnection connection, PointFlusher flusher, string source, long experimentId, string select, Action<long> progress)
{
    /// <summary>How ClickHouse orders a run's points, by the columns' names.</summary>
    public const string Order =
        """ORDER BY run_id, key COLLATE "C", label COLLATE "C", CASE scope WHEN 'RUN' THEN 0 WHEN 'RESULT' THEN 1 WHEN 'EPOCH' THEN 2 ELSE 3 END, epoch, step, time""";

    private const int RowsPerFetch = 20_000;
    private const int PointsPerGroup = 100_000;

    private readonly List<KeyValuePair<SeriesKey, SeriesSummary>> _summaries = [];
    private readonly List<(long RunId, long Seq)> _counters = [];
    private readonly HashSet<long> _runsInGroup = [];
    private SeriesBlock _block = new(SeriesTable.MetricPoint);
    private long _group;

    /// <summary>How much was logged.</summary>
    public long LoggedBytes { get; private set; }

    /// <summary>How many series were new, and how many had points already and got more.</summary>
    public (long Added, long Changed) Series { get; private set; }

    /// <summary>Stores the points that are not there yet.</summary>
    /// <returns>How many.</returns>
    public async Task<long> StoreAsync(CancellationToken ct)
    {
        var known = await LockRunsAsync(ct).ConfigureAwait(false);
        if (known.Count > 0)
        {
            // Under the lock nobody adds to these runs, so after this ClickHouse has all they have.
            await flusher.FlushRunsAsync(known.Keys, ct).ConfigureAwait(false);
        }

        await using var present = new StoredPoints(flusher.Points, experimentId, known, ct);
        var stored = 0L;
        var read = 0L;
        RunPoints? run = null;
        await foreach (var point in ReadAsync(ct).ConfigureAwait(false))
        {
            if (run is null || run.RunId != point.Series.RunId)
            {
                await EndRunAsync(run, ct).ConfigureAwait(false);
                run = await BeginRunAsync(point.Series.RunId, known, present, ct).ConfigureAwait(false);
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
        await WriteSummariesAsync(ct).ConfigureAwait(false);
        await EndGroupAsync(ct).ConfigureAwait(false);
        return stored;
    }

    /// <summary>Locks the experiment's runs.</summary>
    /// <returns>Those that have points already, with their number.</returns>
    private async Task<SortedDictionary<long, long>> LockRunsAsync(CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            "SELECT c.run_id, c.seq FROM run_counter c JOIN run r ON r.id = c.run_id WHERE r.experiment_id = $1 AND r.source = $2 ORDER BY c.run_id FOR NO KEY UPDATE OF c", connection)
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

    private async Task<RunPoints> BeginRunAsync(long runId, SortedDictionary<long, long> known, StoredPoints stored, CancellationToken ct)
    {
        if (!known.TryGetValue(runId, out var seq))
            return new RunPoints(runId, 0, [], null);
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

        return new RunPoints(runId, seq, summaries, stored);
    }

    private async Task EndRunAsync(RunPoints? run, CancellationToken ct)
    {
        if (run is null || run.Changed.Count == 0)
            return;
        _summaries.AddRange(run.Changed);
        Series = (Series.Added + run.NewSeries, Series.Changed + run.Changed.Count - run.NewSeries);
        _counters.Add((run.RunId, run.Seq));
        if (_summaries.Count >= 1000)
            await WriteSummariesAsync(ct).ConfigureAwait(false);
    }

    private async Task WriteSummariesAsync(CancellationToken ct)
    {
        if (_summaries.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                RunMetricRows.Write(_summaries),
                RunCounterRows.Write(_counters),
            },
        };
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        _summaries.Clear();
        _counters.Clear();
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
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { PointLogRows.Insert(_group, _block, [.. _runsInGroup.Order()]) } };
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        LoggedBytes += _block.Bytes;
        _block = new SeriesBlock(SeriesTable.MetricPoint);
        _runsInGroup.Clear();
    }

    /// <summary>One run's points as they come, beside those it has: both in the order of keys and positions.</summary>
    private sealed class RunPoints(long runId, long seq, Dictionary<SeriesKey, SeriesSummary> summaries, StoredPoints? stored)
    {
        private readonly HashSet<double> _values = [];
        private (SeriesKey Series, PointPosition Position)? _place;

        public long RunId => runId;

        public long Seq { get; set; } = seq;

        public Dictionary<SeriesKey, SeriesSummary> Changed { get; } = [];

        public int NewSeries { get; private set; }

        /// <summary>Adds a point to its summary, unless it is there.</summary>
        public async ValueTask<bool> TryAddAsync(MetricPoint point)
        {
            var place = (point.Series, point.Point.Position);
            if (_place != place)
            {
                _place = place;
                _values.Clear();
                if (stored is not null)
                    await stored.TakeAsync(place.Series, place.Position, _values).ConfigureAwait(false);
            }

            if (!_values.Add(point.Point.Value))
                return false;
            if (!summaries.TryGetValue(point.Series, out var summary))
            {
                summaries.Add(point.Series, summary = new SeriesSummary());
                NewSeries++;
            }

            summary.Add(point.Point);
            Changed[point.Series] = summary;
            return true;
        }
    }
}
