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
    private IAsyncEnumerator<MetricPoint>? _open;
    private long _lastRun = long.MinValue;
    private MetricPoint? _current;

    /// <summary>Collects the values at a place, passing over what lies before it.</summary>
    public async ValueTask TakeAsync(SeriesKey series, PointPosition position, HashSet<double> values)
    {
        while (await PeekAsync(series.RunId).ConfigureAwait(false) is { } current)
        {
            var order = current.Series.RunId.CompareTo(series.RunId);
            if (order == 0)
                order = Compare(current.Series.Key, series.Key);
            if (order == 0)
                order = Compare(current.Series.Label, series.Label);
            if (order == 0)
                order = current.Series.Scope.CompareTo(series.Scope);
            if (order == 0)
                order = current.Point.Position.CompareTo(position);
            if (order > 0)
                return;
            if (order == 0 && current.Point is { ModelId: 0, DatasetId: 0 })
                values.Add(current.Point.Value);
            _current = null;
        }
    }

    public ValueTask DisposeAsync() => _open?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<MetricPoint?> PeekAsync(long runId)
    {
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

            // Points that were logged here under other ranks are none of the source's.
            if (_open.Current.Series.Rank == 0)
                _current = _open.Current;
        }

        return _current;
    }

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
