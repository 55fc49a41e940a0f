using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>Points of runs. Each names its series by a number, so that a series is checked, looked up and locked once for all of its points.</summary>
internal sealed class PointColumns
{
    /// <summary>Stands for the moment of the commit, where a point has no time of its own.</summary>
    public const long Now = long.MinValue;

    /// <summary>The length of a hash.</summary>
    public const int HashLength = 16;

    private readonly List<SeriesKey> _series = [];
    private readonly Dictionary<SeriesKey, int> _numbers = [];
    private readonly List<SeriesPoint> _points;
    private readonly List<int> _seriesOf;

    public PointColumns(int capacity = 0) => (_points, _seriesOf) = (new(capacity), new(capacity));

    /// <summary>The different series.</summary>
    public IReadOnlyList<SeriesKey> Series => _series;

    /// <summary>The number of points.</summary>
    public int Count => _points.Count;

    /// <summary>The points, in the order they were added.</summary>
    public ReadOnlySpan<SeriesPoint> Points => CollectionsMarshal.AsSpan(_points);

    /// <summary>The number of each point's series.</summary>
    public ReadOnlySpan<int> SeriesOf => CollectionsMarshal.AsSpan(_seriesOf);

    /// <summary>The number of a series; a new one if it was not there.</summary>
    public int NumberOf(in SeriesKey series)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, series, out var isKnown);
        if (!isKnown)
        {
            number = _series.Count;
            _series.Add(series);
        }

        return number;
    }

    public void Add(int series, in SeriesPoint point)
    {
        _seriesOf.Add(series);
        _points.Add(point);
    }

    public void Add(in SeriesKey series, in SeriesPoint point)
    {
        // Most come one after another in one series.
        var last = _seriesOf.Count > 0 ? _seriesOf[^1] : -1;
        Add(last >= 0 && _series[last].Equals(series) ? last : NumberOf(series), point);
    }

    /// <summary>
    /// A hash by which the very same points are known again, order included; null if one takes the moment of its commit for its time, and so is another one each time.
    /// </summary>
    public byte[]? Hash()
    {
        if (_points.Count == 0)
            return null;
        foreach (ref readonly var point in Points)
        {
            if (point.Position.Time == Now)
                return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var series in _series)
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{series.RunId} {(int)series.Scope} {series.Rank} {series.Key.Length} {series.Key}{series.Label}\0")));
        hash.AppendData(MemoryMarshal.AsBytes(SeriesOf));

        // Six numbers of 64 bits each, with nothing between them.
        hash.AppendData(MemoryMarshal.AsBytes(Points));
        return hash.GetHashAndReset()[..HashLength];
    }

    /// <summary>A point with its time.</summary>
    /// <param name="at">The point.</param>
    /// <param name="now">The time of points without one.</param>
    public SeriesPoint At(int at, long now)
    {
        var point = _points[at];
        return point.Position.Time == Now ? point with { Position = point.Position with { Time = now } } : point;
    }
}
