using System.Collections.Concurrent;
using System.Diagnostics;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AnalyticsGraph.Tracking.Rollups;

/// <summary>
/// Builds the rollups of long series from points that are stored. First the buckets are written, each with the number of the run's points that it takes account of, then PostgreSQL is told how far
/// they are. A reader takes those rollups and adds the points that came later; where it finds a bucket that is further than PostgreSQL said, building is under way or was killed in the middle, and it
/// reads the points. Where points are taken away, that transaction also forgets the rollups. So nothing needs to be told when a point is late, and nothing is wrong however a build ends: the next one does it again. One builder at a time, by a lock of PostgreSQL.
/// </summary>
public sealed class RollupBuilder : IAsyncDisposable
{
    internal const long LockKey = 0x726F_6C6C_7570_7321; // "rollups!"

    // A store that is back is not asked to do this first.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    // What ClickHouse refuses of one series, it is likely to refuse again, after minutes of work: the others are not kept waiting for it.
    private static readonly TimeSpan PauseOfRefused = TimeSpan.FromHours(1);

    private readonly NpgsqlDataSource _postgres;
    private readonly ClickHouseClient _clickHouse;
    private readonly PointFlusher _flusher;
    private readonly RollupOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<long, bool> _grown = [];
    private readonly ConcurrentDictionary<SeriesKey, long> _refused = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _background = Task.CompletedTask;

    /// <summary>A builder; nothing runs until <see cref="Start"/> or <see cref="BuildAsync(CancellationToken)"/>.</summary>
    /// <param name="postgres">What knows the series.</param>
    /// <param name="clickHouse">Where the points and the rollups are.</param>
    /// <param name="flusher">Brings points, and tells whose have come.</param>
    /// <param name="options">Which series, and how often.</param>
    /// <param name="logger">For failures in the background.</param>
    public RollupBuilder(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher, RollupOptions options, ILogger<RollupBuilder> logger)
    {
        (_postgres, _clickHouse, _flusher, _options, _logger) = (postgres, clickHouse, flusher, options, logger);
        flusher.Flushed += Note;
    }

    /// <summary>Builds what is due of all series, then of those that grow, until disposed.</summary>
    public void Start() => _background = Task.Run(() => RunAsync(_stop.Token));

    /// <summary>Builds the rollups of all series that have grown enough since theirs were built.</summary>
    /// <param name="ct">Ends the building between two series.</param>
    /// <returns>Of how many series.</returns>
    /// <remarks>A series that ClickHouse refuses to summarize is told in the log and left for an hour: charts of it read its points.</remarks>
    public Task<int> BuildAsync(CancellationToken ct = default) => BuildAsync(null, ct);

    /// <summary>Ends the background building.</summary>
    public async ValueTask DisposeAsync()
    {
        _flusher.Flushed -= Note;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Note(IReadOnlyCollection<long> runs)
    {
        foreach (var run in runs)
            _grown[run] = true;
    }

    // A run that is over grows no more, so nothing else would bring its series here again.
    private void NoteRefused()
    {
        foreach (var series in _refused.Keys.Where(series => !IsRefused(series)))
        {
            _refused.TryRemove(series, out _);
            _grown[series.RunId] = true;
        }
    }

    private async Task<int> BuildAsync(long[]? runs, CancellationToken ct)
    {
        await using var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TakeAsync(connection, LockKey, ct).ConfigureAwait(false);
        var due = await RollupRows.ReadDueAsync(connection, runs, _options, ct).ConfigureAwait(false);
        var built = 0;
        foreach (var ofRun in due.Where(series => !IsRefused(series.Key)).GroupBy(series => series.Key.RunId))
        {
            // Of the points that the counters counted none may be missing.
            await _flusher.FlushRunsAsync([ofRun.Key], ct).ConfigureAwait(false);
            foreach (var series in ofRun)
                built += await TryBuildSeriesAsync(connection, series, ct).ConfigureAwait(false) ? 1 : 0;
        }

        return built;
    }

    private bool IsRefused(SeriesKey series) => _refused.TryGetValue(series, out var since) && Environment.TickCount64 - since < PauseOfRefused.TotalMilliseconds;

    private async Task<bool> TryBuildSeriesAsync(NpgsqlConnection connection, RolledSeries series, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await BuildSeriesAsync(connection, series, ct).ConfigureAwait(false);
            _refused.TryRemove(series.Key, out _);
            return true;
        }
        catch (ClickHouseException fault) when (fault is not ClickHouseTransportException || Stopwatch.GetElapsedTime(started) >= _options.StatementTimeout)
        {
            _refused[series.Key] = Environment.TickCount64;
            _logger.LogError(fault, "The rollups of {Series} could not be built; charts of it read its points. The next try is in {Pause}.", series.Key.Subject, PauseOfRefused);
            return false;
        }
    }

    private async Task BuildSeriesAsync(NpgsqlConnection connection, RolledSeries series, CancellationToken ct)
    {
        var (least, greatest) = series.Widths(_options.PointsPerBucket);
        var (built, added) = (new List<long>(), new List<long>());

        // What was there before points were taken away may have buckets that have no points any more.
        if (series.Built is null && await HasAnyAsync(series, ct).ConfigureAwait(false))
            await _clickHouse.ExecuteAsync(RollupSql.Remove(series), ct).ConfigureAwait(false);
        for (var width = least; width <= greatest; width *= RolledSeries.Factor)
            (series.Built is { } state && width <= state.GreatestWidth ? built : added).Add(width);
        if (built.Count > 0)
        {
            var (first, last) = await FindNewAsync(series, ct).ConfigureAwait(false);
            if (first <= last)
            {
                // Whole buckets of the greatest width are whole buckets of all.
                var width = built[^1];
                await _clickHouse.ExecuteAsync(RollupSql.Build(series, [.. built], first & -width, last | (width - 1)) with { Timeout = _options.StatementTimeout }, ct).ConfigureAwait(false);
            }
        }

        if (added.Count > 0)
            await _clickHouse.ExecuteAsync(RollupSql.Build(series, [.. added], long.MinValue, long.MaxValue) with { Timeout = _options.StatementTimeout }, ct).ConfigureAwait(false);
        await RollupRows.WriteAsync(connection, series, new RollupState(series.RunSeq, least, greatest), ct).ConfigureAwait(false);
    }

    private async Task<(long First, long Last)> FindNewAsync(RolledSeries series, CancellationToken ct)
    {
        await using var result = await _clickHouse.QueryAsync(RollupSql.FindNew(series), ct).ConfigureAwait(false);
        var bounds = await result.ReadColumnAsync<long>("bound", ct).ConfigureAwait(false);
        return (bounds[0], bounds[1]);
    }

    private async Task<bool> HasAnyAsync(RolledSeries series, CancellationToken ct)
    {
        await using var result = await _clickHouse.QueryAsync(RollupSql.FindAny(series), ct).ConfigureAwait(false);
        return (await result.ReadColumnAsync<ulong>("n", ct).ConfigureAwait(false))[0] > 0;
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var (pause, isFirst) = (_options.Interval, true);
        while (!ct.IsCancellationRequested)
        {
            NoteRefused();
            long[] runs = [.. _grown.Keys];
            try
            {
                foreach (var run in runs)
                    _grown.TryRemove(run, out _);
                if (isFirst || runs.Length > 0)
                    await BuildAsync(isFirst ? null : runs, ct).ConfigureAwait(false);
                (pause, isFirst) = (_options.Interval, false);
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                Note(runs);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
                _logger.LogError(fault, "Rollups could not be built; charts of long series read their points. The next try is in {Pause}.", pause);
            }

            await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
