using System.Diagnostics;
using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>
/// The points of some runs as they are acknowledged, each exactly once and in order, from any position on. A run's points are numbered without gaps, so what was told by the topic out of order, too early,
/// or not at all is noticed, and read from the store; that another server has logged points, which no topic tells, is seen by looking now and then. The store is also what a subscriber gets who is slow:
/// nothing waits for him but the numbers, and what he missed comes in larger chunks.
/// </summary>
/// <param name="topics">Where groups are told.</param>
/// <param name="present">How many points runs have now.</param>
/// <param name="flush">Brings a run's points to ClickHouse.</param>
/// <param name="store">ClickHouse.</param>
/// <param name="keys">Which metrics; null for all.</param>
internal sealed class PointFeed(
    ITopicEvents topics, Func<CancellationToken, Task<IReadOnlyList<PointFeed.Run>>> present, Func<long, CancellationToken, Task> flush, ClickHouseReads store, string[]? keys)
{
    private const int MostAtOnce = 5_000;
    private const int MostBuffered = 50_000;

    // Groups of two committers may be told in another order than they were committed in, and points be known of before they are told; that takes no longer than this, mostly.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly HashSet<string>? _keys = keys?.ToHashSet(StringComparer.Ordinal);
    private SortedDictionary<long, Run> _runs = [];
    private IAsyncEnumerator<LoggedPoints> _events = null!;
    private int _buffered;
    private long _last;

    /// <summary>Begins to listen.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="after">What was told before, by run; null, or a run that is not there, begins with the present.</param>
    /// <param name="ct">Ends the subscription.</param>
    /// <exception cref="GraphQLException">A run is not there, or has not so many points.</exception>
    public async Task OpenAsync(long[] runs, Dictionary<long, long>? after, CancellationToken ct)
    {
        // Listening first: what is committed between the two is seen by one of them at least.
        await ListenAsync(runs, ct).ConfigureAwait(false);
        _runs = new(await PresentAsync(runs, ct).ConfigureAwait(false));
        foreach (var run in _runs.Values)
        {
            run.Delivered = after?.TryGetValue(run.Id, out var position) != true ? run.Known
                : after[run.Id] is var told && told >= 0 && told <= run.Known ? told : throw LiveCursor.Refusal();
        }
    }

    /// <summary>The points, chunk by chunk.</summary>
    /// <param name="ct">Ends the subscription.</param>
    public async IAsyncEnumerable<LivePoints> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var next = NextAsync();
        var look = Task.Delay(LiveTopics.LookInterval, ct);
        while (true)
        {
            // Whatever came meanwhile is told together. It is taken in here alone, never while something else is done with the chunks.
            while (next.IsCompleted)
            {
                if (!await TakeInAsync(next, ct).ConfigureAwait(false))
                {
                    yield break;
                }

                next = NextAsync();
            }

            if (look.IsCompleted)
            {
                await LookAsync(ct).ConfigureAwait(false);
                look = Task.Delay(LiveTopics.LookInterval, ct);
            }

            foreach (var run in _runs.Values)
            {
                run.Note();
            }

            if (Find(run => run.IsReady || run.IsOverdue) is { } due)
            {
                var points = due.IsReady ? Take(due) : await ReadStoreAsync(due, ct).ConfigureAwait(false);
                if (points.Count > 0)
                {
                    yield return Told(due, points);
                }
            }
            else
            {
                // What the next event throws is thrown above.
                await Task.WhenAny(next, _runs.Values.Any(run => run.IsBehind) ? Task.Delay(Patience, ct) : look).ConfigureAwait(false);
                ct.ThrowIfCancellationRequested();
            }
        }
    }

    // One after another, so that a busy run does not keep the others waiting.
    private Run? Find(Func<Run, bool> isWanted)
    {
        var found = _runs.Values.FirstOrDefault(run => run.Id > _last && isWanted(run)) ?? _runs.Values.FirstOrDefault(isWanted);
        _last = found?.Id ?? _last;
        return found;
    }

    private LivePoints Told(Run run, IReadOnlyList<LivePoint> points) => new(run.Id, points, LiveCursor.Of(LiveCursorKind.Points, _runs.Select(one => KeyValuePair.Create(one.Key, one.Value.Delivered))));

    private async Task ListenAsync(IEnumerable<long> runs, CancellationToken ct) =>
        _events = (await topics.SubscribeAsync([.. runs.Select(LiveTopics.PointsOf)], ct).ConfigureAwait(false)).GetAsyncEnumerator(ct);

    private async Task<Dictionary<long, Run>> PresentAsync(long[] runs, CancellationToken ct)
    {
        var found = (await present(ct).ConfigureAwait(false)).ToDictionary(run => run.Id);
        return found.Count == runs.Length ? found : throw new GraphQLException(new GraphQLError(runs.Length == 1 ? "There is no such run." : "Not every run of these exists.", ErrorCodes.NotFound));
    }

    private Task<bool> NextAsync() => _events.MoveNextAsync().AsTask();

    private async Task<bool> TakeInAsync(Task<bool> next, CancellationToken ct)
    {
        try
        {
            if (!await next.ConfigureAwait(false))
            {
                return false;
            }

            Add(_events.Current);
        }
        catch (GraphQLException overflow) when (overflow.Error.Code == ErrorCodes.SubscriptionOverflow)
        {
            await _events.DisposeAsync().ConfigureAwait(false);
            await ListenAsync(_runs.Keys, ct).ConfigureAwait(false);
            await CountAsync(ct).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Sees how many points the runs have now, whoever told of them.</summary>
    private async Task CountAsync(CancellationToken ct)
    {
        foreach (var run in await present(ct).ConfigureAwait(false))
        {
            _runs[run.Id].Known = Math.Max(_runs[run.Id].Known, run.Known);
        }
    }

    /// <summary>Sees what another server has logged.</summary>
    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            await CountAsync(ct).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is GraphQLException or NpgsqlException)
        {
            // What is logged here is told by the topic all the same, and the next look sees the rest: no reason to end the subscription.
            ct.ThrowIfCancellationRequested();
        }
    }

    private void Add(LoggedPoints logged)
    {
        var run = _runs[logged.RunId];
        run.Known = Math.Max(run.Known, logged.LastSeq);
        if (logged.Points.Count == 0)
        {
            return;
        }

        _buffered += logged.Points.Count;
        run.Chunks[logged.Points[0].Seq] = logged.Points;
        if (_buffered > MostBuffered)
        {
            // All of it is in the store, too.
            _buffered = 0;
            foreach (var one in _runs.Values)
            {
                one.Chunks.Clear();
            }
        }
    }

    private List<LivePoint> Take(Run run)
    {
        var points = new List<LivePoint>();
        for (var count = 0; run.IsReady && count < MostAtOnce;)
        {
            var (first, chunk) = run.Chunks.First();
            run.Chunks.Remove(first);
            _buffered -= chunk.Count;
            points.AddRange(chunk.Where(point => point.Seq > run.Delivered && _keys?.Contains(point.Key) != false));
            run.Delivered = Math.Max(run.Delivered, chunk[^1].Seq);
            count += chunk.Count;
        }

        return points;
    }

    private async Task<List<LivePoint>> ReadStoreAsync(Run run, CancellationToken ct)
    {
        var upTo = run.Known;
        await flush(run.Id, ct).ConfigureAwait(false);
        var query = MetricPointTable.After(run.ExperimentId, run.Id, run.Delivered, upTo, keys, MostAtOnce);
        var points = await store.ReadAsync(query, result => MetricPointTable.ReadAsync(result, (point, seq) => LivePoint.Of(point, seq), ct), ct).ConfigureAwait(false);

        // A chunk that is not full has all up to there.
        run.Delivered = points.Count < MostAtOnce ? upTo : points[^1].Seq;
        foreach (var (first, chunk) in run.Chunks.Where(chunk => chunk.Value[^1].Seq <= run.Delivered).ToArray())
        {
            run.Chunks.Remove(first);
            _buffered -= chunk.Count;
        }

        return points;
    }

    /// <summary>A run that is listened to.</summary>
    /// <param name="id">Its internal id.</param>
    /// <param name="experimentId">Its experiment's internal id.</param>
    /// <param name="known">How many points it has.</param>
    internal sealed class Run(long id, long experimentId, long known)
    {
        private long? _behindSince;

        public long Id { get; } = id;

        public long ExperimentId { get; } = experimentId;

        /// <summary>The number of the last point that is known to be there.</summary>
        public long Known { get; set; } = known;

        /// <summary>The number of the last point that was told.</summary>
        public long Delivered { get; set; }

        /// <summary>What the topic told and the subscriber was not, by the first point's number.</summary>
        public SortedDictionary<long, IReadOnlyList<LivePoint>> Chunks { get; } = [];

        /// <summary>Whether it has more than was told, and what comes next is not here.</summary>
        public bool IsBehind => _behindSince is not null;

        /// <summary>Whether what comes next was waited for long enough. It stays so until all of the gap is read: writers that never rest do not put it off.</summary>
        public bool IsOverdue => _behindSince is { } since && Stopwatch.GetElapsedTime(since) >= Patience;

        /// <summary>Whether what comes next is here.</summary>
        public bool IsReady => Chunks.Count > 0 && Chunks.First().Key <= Delivered + 1;

        /// <summary>Notes whether it is behind, and since when.</summary>
        public void Note() => _behindSince = IsReady || Known <= Delivered ? null : _behindSince ?? Stopwatch.GetTimestamp();
    }
}
