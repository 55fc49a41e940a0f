using System.Text;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>A body on its way: what is added is stored, and seen by nobody before it is published. One caller at a time.</summary>
public sealed class StagedLoad : IAsyncDisposable
{
    private readonly SeriesStaging _staging;
    private int _blocks;
    private bool _isSettled;

    internal StagedLoad(SeriesStaging staging, long id) => (_staging, Id) = (staging, id);

    /// <summary>Its number.</summary>
    public long Id { get; }

    /// <summary>Adds points of runs; exact duplicates of each other and of what is stored are taken once when they are published.</summary>
    /// <param name="points">The points, each with its time.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">Too much waits to be published.</exception>
    public Task AddPointsAsync(IReadOnlyList<MetricPoint> points, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        var columns = new PointColumns(points.Count);
        foreach (var point in points)
            columns.Add(point.Series, point.Point);
        return AddPointsAsync(columns, 0, ct);
    }

    /// <summary>As the other one.</summary>
    /// <param name="points">The points.</param>
    /// <param name="now">The time of points without one.</param>
    /// <param name="ct">Ends the wait.</param>
    internal Task AddPointsAsync(PointColumns points, long now, CancellationToken ct)
    {
        var block = new SeriesBlock(SeriesTable.MetricPoint, points.Count);
        var texts = points.Series.Select(series => (Key: Encoding.UTF8.GetBytes(series.Key), Label: Encoding.UTF8.GetBytes(series.Label))).ToArray();
        for (var i = 0; i < points.Count; i++)
        {
            var series = points.SeriesOf[i];
            block.AddPoint(0, points.Series[series], texts[series].Key, texts[series].Label, points.At(i, now), 0, 0);
        }

        return AddAsync(block, [.. points.Series.Select(series => series.RunId).Distinct().Order()], ct);
    }

    /// <summary>Adds rows of any series. Of rows with one key those of a later block count, and within a block there must not be two.</summary>
    /// <param name="rows">The rows; experiment, number and group of points are set when they are published.</param>
    /// <param name="owners">The runs, jobs, datasets or prediction sets that they belong to; empty for metric records.</param>
    /// <param name="ct">Ends the wait.</param>
    internal Task AddAsync(SeriesBlock rows, long[] owners, CancellationToken ct) => rows.Count == 0 ? Task.CompletedTask : _staging.AddAsync(Id, _blocks++, rows, owners, ct);

    /// <summary>Publishes all of it, or nothing. If the wait is ended it may still be published.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>How many rows were new; or the owners that are not there.</returns>
    /// <exception cref="InDoubtException">It may be published, now or later; with any other exception it never is.</exception>
    public async Task<Outcome<long>> PublishAsync(CancellationToken ct = default)
    {
        var outcome = await PublishAsync(StagedCall.None, ct).ConfigureAwait(false);
        return outcome.Succeeded ? Outcome.Of(outcome.Value!.NewRows) : Outcome.Failed<long>(outcome.Errors);
    }

    /// <summary>As the other one, as what a call asked for.</summary>
    /// <param name="call">The call.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What came of it, or of an earlier call with its token; or all that is wrong.</returns>
    internal async Task<Outcome<StagedAnswer>> PublishAsync(StagedCall call, CancellationToken ct)
    {
        try
        {
            var outcome = await _staging.PublishAsync(Id, call, ct).ConfigureAwait(false);
            _isSettled = true;
            return outcome;
        }
        catch (InDoubtException)
        {
            _isSettled = true;
            throw;
        }
    }

    /// <summary>Forgets it, unless it was asked to publish.</summary>
    public async ValueTask DisposeAsync()
    {
        _staging.Close(Id);
        if (!_isSettled)
            await _staging.ForgetAsync(Id).ConfigureAwait(false);
    }
}
