using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// One run's points as the source tells them, beside those that ClickHouse has: both in the order of keys and positions. What is told and not there is new; what is there, came by
/// an import and is not told any more is gone, and then its series is summed up anew from what is left.
/// </summary>
/// <param name="runId">The run.</param>
/// <param name="seq">How many points it ever had.</param>
/// <param name="summaries">Of its series.</param>
/// <param name="stored">ClickHouse's points; null for a run that has none.</param>
/// <param name="mayGo">Whether a point goes if the source does not tell it; null if none does, and the points need not be read to their end.</param>
internal sealed class ImportedRun(long runId, long seq, Dictionary<SeriesKey, SeriesSummary> summaries, StoredPoints? stored, Predicate<StoredPoint>? mayGo)
{
    private readonly HashSet<double> _told = [];
    private readonly List<StoredPoint> _here = [];
    private readonly Dictionary<SeriesKey, SeriesSummary> _left = [];
    private readonly HashSet<SeriesKey> _shrunk = [];
    private (SeriesKey Series, PointPosition Position)? _place;

    public long RunId => runId;

    public long Seq { get; set; } = seq;

    /// <summary>The series with other points than before, and what they come to.</summary>
    public Dictionary<SeriesKey, SeriesSummary> Changed { get; } = [];

    /// <summary>The series without any points left.</summary>
    public List<SeriesKey> Lost { get; } = [];

    /// <summary>The points that are gone, by their number.</summary>
    public List<long> Gone { get; } = [];

    public int NewSeries { get; private set; }

    /// <summary>Adds a point to its summary, unless it is there.</summary>
    public async ValueTask<bool> TryAddAsync(MetricPoint point)
    {
        var place = (point.Series, point.Point.Position);
        if (_place != place)
        {
            EndPlace();
            _place = place;
            await PassAsync(place).ConfigureAwait(false);
        }

        if (!_told.Add(point.Point.Value) || _here.Exists(here => here.Point.Point.Value.Equals(point.Point.Value)))
            return false;
        if (!summaries.TryGetValue(point.Series, out var summary))
        {
            summaries.Add(point.Series, summary = new SeriesSummary());
            NewSeries++;
        }

        summary.Add(point.Point);
        Changed[point.Series] = summary;
        Leave(point);
        return true;
    }

    /// <summary>The source tells no more of the run.</summary>
    public async ValueTask EndAsync()
    {
        EndPlace();
        if (mayGo is null)
            return;
        await PassAsync(null).ConfigureAwait(false);
        foreach (var series in _shrunk)
        {
            if (_left.TryGetValue(series, out var left))
            {
                Changed[series] = left;
            }
            else
            {
                Changed.Remove(series);
                Lost.Add(series);
            }
        }
    }

    /// <summary>Passes over what is stored before a place, and collects what is there; null is the end of the run.</summary>
    private async ValueTask PassAsync((SeriesKey Series, PointPosition Position)? place)
    {
        while (stored is not null && await stored.PeekAsync(runId).ConfigureAwait(false) is { } next)
        {
            var order = place is { } to ? StoredPoints.Compare(next.Point, to.Series, to.Position) : -1;
            if (order > 0)
                return;
            stored.Take();
            if (order == 0 && next.Point.Point is { ModelId: 0, DatasetId: 0 })
                _here.Add(next);
            else
                Settle(next, isTold: false);
        }
    }

    private void EndPlace()
    {
        foreach (var here in _here)
            Settle(here, _told.Contains(here.Point.Point.Value));
        _here.Clear();
        _told.Clear();
    }

    private void Settle(in StoredPoint point, bool isTold)
    {
        if (isTold || mayGo is null || !mayGo(point))
        {
            Leave(point.Point);
            return;
        }

        Gone.Add(point.Seq);
        _shrunk.Add(point.Point.Series);
    }

    private void Leave(in MetricPoint point)
    {
        if (mayGo is null)
            return;
        if (!_left.TryGetValue(point.Series, out var left))
            _left.Add(point.Series, left = new SeriesSummary());
        left.Add(point.Point);
    }
}
