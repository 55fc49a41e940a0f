namespace AnalyticsGraph.Tracking.Points;

/// <summary>What is stored at the places of a batch's points.</summary>
internal sealed class PresentPoints
{
    private readonly HashSet<MetricPoint> _points = [];
    private readonly Dictionary<(SeriesKey Series, long Epoch, long Step), Latest> _latest = [];

    /// <summary>The number of points.</summary>
    public int Count => _points.Count;

    /// <summary>Whether the very point is there.</summary>
    public bool Contains(in MetricPoint point) => _points.Contains(point);

    /// <summary>The value that counts at a point's place: that of the latest time, and among those the one that was acknowledged last; null if nothing is there.</summary>
    public Latest? At(in MetricPoint point) => _latest.TryGetValue(Place(point), out var latest) ? latest : null;

    /// <summary>Adds a point.</summary>
    /// <param name="point">The point.</param>
    /// <param name="seq">The how-many-th of its run it is.</param>
    /// <returns>Whether it was not there.</returns>
    public bool Add(in MetricPoint point, long seq)
    {
        if (!_points.Add(point))
            return false;

        // Points of runs have no corrections, so nobody asks for their latest.
        if (point.Series.Scope == MetricScope.Run)
            return true;
        var added = new Latest(point.Point.Position.Time, seq, point.Point.Value);
        if (At(point) is not { } present || (added.Time, added.Seq).CompareTo((present.Time, present.Seq)) > 0)
            _latest[Place(point)] = added;
        return true;
    }

    /// <summary>Adds those points of the log that stand at the places of others.</summary>
    public void AddAt(IEnumerable<MetricPoint> places, IReadOnlyList<PointPayload> payloads)
    {
        var sought = places.GroupBy(point => point.Series).ToDictionary(series => series.Key, series => series.Select(point => (point.Point.Position.Epoch, point.Point.Position.Step)).ToHashSet());
        foreach (var (points, seqs) in payloads)
        {
            var wanted = points.Series.Select(series => sought.GetValueOrDefault(series)).ToArray();
            for (var i = 0; i < points.Count; i++)
            {
                var point = points.Points[i];
                if (wanted[points.SeriesOf[i]] is { } at && at.Contains((point.Position.Epoch, point.Position.Step)))
                    Add(new MetricPoint(points.Series[points.SeriesOf[i]], point), seqs[i]);
            }
        }
    }

    private static (SeriesKey, long, long) Place(in MetricPoint point) => (point.Series, point.Point.Position.Epoch, point.Point.Position.Step);

    /// <summary>The value that counts at a place.</summary>
    public readonly record struct Latest(long Time, long Seq, double Value);
}
