using System.Text;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// The points that ClickHouse has of an experiment's runs, beside an import that comes in the same order: by run, series and position. Read in few queries, each over as many
/// runs as have a million points together, because a query costs the same whether it returns a series or a thousand.
/// </summary>
/// <param name="points">ClickHouse.</param>
/// <param name="experimentId">The experiment.</param>
/// <param name="runs">Its runs with how many points each has.</param>
/// <param name="ct">Ends the reading.</param>
internal sealed class StoredPoints(MetricPointTable points, long experimentId, SortedDictionary<long, long> runs, CancellationToken ct) : IAsyncDisposable
{
    private const long PointsPerQuery = 1_000_000;

    private readonly Queue<KeyValuePair<long, long>> _waiting = new(runs);
    private IAsyncEnumerator<StoredPoint>? _open;
    private long _lastRun = long.MinValue;
    private StoredPoint? _current;

    /// <summary>The next point up to the end of a run; null if there is none.</summary>
    public async ValueTask<StoredPoint?> PeekAsync(long runId)
    {
        if (_current?.Point.Series.RunId < runId)
            _current = null;
        while (_current is null)
        {
            if (_open is null && !OpenNext(runId))
                return null;
            if (!await _open!.MoveNextAsync().ConfigureAwait(false))
            {
                await _open.DisposeAsync().ConfigureAwait(false);
                _open = null;
                continue;
            }

            // Points that were logged here under other ranks are none of the source's; nor are those of runs that were passed over.
            if (_open.Current.Point.Series is { Rank: 0 } series && series.RunId >= runId)
                _current = _open.Current;
        }

        return _current.Value.Point.Series.RunId == runId ? _current : null;
    }

    /// <summary>Passes over the next point.</summary>
    public void Take() => _current = null;

    /// <summary>Whether a point of a run stands before (less than 0), at, or behind (more than 0) a place of the same run.</summary>
    public static int Compare(in MetricPoint point, in SeriesKey series, in PointPosition position)
    {
        var order = Compare(point.Series.Key, series.Key);
        if (order == 0)
            order = Compare(point.Series.Label, series.Label);
        if (order == 0)
            order = point.Series.Scope.CompareTo(series.Scope);
        return order != 0 ? order : point.Point.Position.CompareTo(position);
    }

    public ValueTask DisposeAsync() => _open?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Begins the query that has the run, unless it was read already.</summary>
    private bool OpenNext(long runId)
    {
        if (runId <= _lastRun)
            return false;
        while (_waiting.TryPeek(out var next) && next.Key < runId)
            _waiting.Dequeue();
        var chunk = new List<long>();
        for (var count = 0L; _waiting.TryPeek(out var next) && (chunk.Count == 0 || count + next.Value <= PointsPerQuery); count += next.Value)
            chunk.Add(_waiting.Dequeue().Key);
        if (chunk.Count == 0)
            return false;
        _lastRun = chunk[^1];
        _open = points.ReadRunsAsync(experimentId, [.. chunk], ct).GetAsyncEnumerator(ct);
        return true;
    }

    // Both stores order texts by their UTF-8 bytes.
    private static int Compare(string left, string right) => left == right ? 0 : Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
