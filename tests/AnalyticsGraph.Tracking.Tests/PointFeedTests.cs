using System.Runtime.CompilerServices;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>What a subscriber of points is told, however he listens: every point once, in order.</summary>
[Collection("tracking")]
public sealed class PointFeedTests(TrackingEngines engines)
{
    [Fact]
    public async Task Feed_Should_TellAllInLargerChunks_When_ItsReaderIsSlow()
    {
        var (one, two) = (await engines.CreateRunAsync(), await engines.CreateRunAsync());

        // A buffer of two events overflows at once.
        var topics = new InProcessTopics(capacity: 2);
        await using var log = NewLog(topics);
        await LogAsync(log, one, "before", 3);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var reading = (await OpenAsync(topics, null, null, stop.Token, one, two)).GetAsyncEnumerator(stop.Token);
        for (var n = 0; n < 20; n++)
        {
            await LogAsync(log, n % 2 == 0 ? one : two, $"k{n}", 5);
        }

        var told = await ReadAsync(reading, 100);

        Assert.Equal(Enumerable.Range(4, 50).Select(seq => (long)seq), told.Where(chunk => chunk.RunId == one).SelectMany(chunk => chunk.Points).Select(point => point.Seq));
        Assert.Equal(Enumerable.Range(1, 50).Select(seq => (long)seq), told.Where(chunk => chunk.RunId == two).SelectMany(chunk => chunk.Points).Select(point => point.Seq));
        Assert.InRange(told.Count, 1, 19);
    }

    [Fact]
    public async Task Feed_Should_GoOnWhereItStood_When_ACursorIsGiven()
    {
        var run = await engines.CreateRunAsync();
        var topics = new InProcessTopics();
        await using var log = NewLog(topics);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (seen, cursor) = (new List<long>(), (string?)null);

        // Four writers, and a subscriber who is away again and again.
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var n = 0; n < 30; n++)
            {
                await LogAsync(log, run, $"w{writer}-{n}", 2);
            }
        }));
        cursor = LiveCursor.Of(LiveCursorKind.Points, [new(run, 0)]);
        while (seen.Count < 240)
        {
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            await using var reading = (await OpenAsync(topics, cursor, null, leave.Token, run)).GetAsyncEnumerator(leave.Token);
            for (var chunk = 0; chunk < 3 && seen.Count < 240; chunk++)
            {
                Assert.True(await reading.MoveNextAsync());
                seen.AddRange(reading.Current.Points.Select(point => point.Seq));
                cursor = reading.Current.Cursor;
            }

            await leave.CancelAsync();
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, 240).Select(seq => (long)seq), seen);
    }

    [Fact]
    public async Task Feed_Should_ReadFromTheStore_When_NothingOrTooLittleWasTold()
    {
        var run = await engines.CreateRunAsync();
        var topics = new InProcessTopics();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var reading = (await OpenAsync(topics, null, ["loss"], stop.Token, run)).GetAsyncEnumerator(stop.Token);

        // Nobody listened when the points were taken, or it was told of a part of them.
        await LogAsync(engines.Log, run, "loss", 2);
        await LogAsync(engines.Log, run, "acc", 3);
        await LogAsync(engines.Log, run, "loss", 1);
        topics.Publish(LiveTopics.PointsOf(run), new LoggedPoints(run, 2, []));
        Assert.Equal([1, 2], (await ReadAsync(reading, 2)).SelectMany(chunk => chunk.Points).Select(point => point.Seq));
        topics.Publish(LiveTopics.PointsOf(run), new LoggedPoints(run, 6, [new LivePoint(MetricScope.Run, "loss", "", 0, 0, 0, DateTimeOffset.UnixEpoch, 0, 6)]));
        Assert.Equal([6], (await ReadAsync(reading, 1)).SelectMany(chunk => chunk.Points).Select(point => point.Seq));

        // Of what another server has logged the topic tells nothing at all.
        await LogAsync(engines.Log, run, "loss", 1);
        Assert.Equal([7], (await ReadAsync(reading, 1)).SelectMany(chunk => chunk.Points).Select(point => point.Seq));
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Feed_Should_CatchUp_When_WritersNeverRest()
    {
        var (run, busy) = (await engines.CreateRunAsync(), await engines.CreateRunAsync());
        await LogAsync(engines.Log, run, "before", 6);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var reading = (await OpenAsync(new RestlessWriters(run, 7, busy), LiveCursor.Of(LiveCursorKind.Points, [new(run, 0)]), null, stop.Token, run, busy)).GetAsyncEnumerator(stop.Token);

        // What was missed is read while new points of this run, and of another that misses nothing, go on to come.
        do
        {
            Assert.True(await reading.MoveNextAsync());
        }
        while (reading.Current.RunId != run);

        Assert.Equal([1, 2, 3, 4, 5, 6], reading.Current.Points.Select(point => point.Seq));
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Log_Should_TellAllPointsOfARunOrNone_When_SubscribersComeAndGoMeanwhile()
    {
        var run = await engines.CreateRunAsync();
        var topics = new LeavingSubscriber();
        await using var log = NewLog(topics);

        // The first series is taken while somebody listens, the second when he has left.
        MetricInput[] metrics = [new() { Key = "acc", Value = 1 }, new() { Key = "loss", Value = 2 }];
        Assert.Empty((await log.LogBatchAsync(new LogBatchRequest { RunId = run, Metrics = metrics }, Caller.Anonymous)).Errors);

        var told = Assert.IsType<LoggedPoints>(Assert.Single(topics.Told));
        Assert.Equal(2, told.LastSeq);
        Assert.Equal([1, 2], told.Points.Select(point => point.Seq));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AQ")]
    [InlineData("!")]
    public async Task Feed_Should_BeRefused_When_TheCursorIsNone(string cursor)
    {
        var run = await engines.CreateRunAsync();

        Assert.Equal(ErrorCodes.BadUserInput, (await Assert.ThrowsAsync<GraphQLException>(() => OpenAsync(engines.Topics, cursor, null, CancellationToken.None, run))).Error.Code);

        // Beyond what the run has, and of another kind of subscription.
        foreach (var foreign in new[] { LiveCursor.Of(LiveCursorKind.Points, [new(run, 1)]), LiveCursor.Of(LiveCursorKind.Runtime, [new(run, 0)]) })
        {
            Assert.Equal(ErrorCodes.BadUserInput, (await Assert.ThrowsAsync<GraphQLException>(() => OpenAsync(engines.Topics, foreign, null, CancellationToken.None, run))).Error.Code);
        }
    }

    private PointLog NewLog(ITopicEvents topics) => new(engines.Postgres, engines.Flusher, topics, new PointLogOptions(), NullLogger<PointLog>.Instance);

    private static async Task LogAsync(PointLog log, long run, string key, int points)
    {
        var metrics = Enumerable.Range(0, points).Select(step => new MetricInput { Key = key, Step = step, Value = step + (key.Length * 100), Time = DateTimeOffset.UtcNow }).ToArray();
        Assert.Empty((await log.LogBatchAsync(new LogBatchRequest { RunId = run, Metrics = metrics }, Caller.Anonymous)).Errors);
    }

    private async Task<IAsyncEnumerable<LivePoints>> OpenAsync(ITopicEvents topics, string? cursor, string[]? keys, CancellationToken ct, params long[] runs)
    {
        var feed = new PointFeed(
            topics, stop => LiveResolvers.PresentAsync(engines.Postgres, runs, stop), (run, stop) => engines.Flusher.FlushRunsAsync([run], stop), new ClickHouseReads(engines.ClickHouse, new MappingLimits()), keys);
        await feed.OpenAsync(runs, cursor is null ? null : LiveCursor.Parse(LiveCursorKind.Points, cursor), ct);
        return feed.ReadAsync(ct);
    }

    private static async Task<List<LivePoints>> ReadAsync(IAsyncEnumerator<LivePoints> reading, int points)
    {
        var told = new List<LivePoints>();
        while (told.Sum(chunk => chunk.Points.Count) < points)
        {
            Assert.True(await reading.MoveNextAsync());
            told.Add(reading.Current);
        }

        return told;
    }

    /// <summary>A subscriber who has left when somebody has asked for him.</summary>
    private sealed class LeavingSubscriber : ITopicEvents
    {
        private bool _hasLeft;

        public List<object> Told { get; } = [];

        public bool MayHaveSubscribers<T>(Topic<T> topic)
        {
            var listens = !_hasLeft;
            _hasLeft = true;
            return listens;
        }

        public void Publish<T>(Topic<T> topic, T occurred) => Told.Add(occurred!);

        public ValueTask<IAsyncEnumerable<T>> SubscribeAsync<T>(IReadOnlyCollection<Topic<T>> topics, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>Points of two runs in turn, one after another for ever, sooner than a feed loses its patience.</summary>
    private sealed class RestlessWriters(long one, long first, long other) : ITopicEvents
    {
        public bool MayHaveSubscribers<T>(Topic<T> topic) => true;

        public void Publish<T>(Topic<T> topic, T occurred) => throw new NotSupportedException();

        public ValueTask<IAsyncEnumerable<T>> SubscribeAsync<T>(IReadOnlyCollection<Topic<T>> topics, CancellationToken cancellationToken) =>
            new((IAsyncEnumerable<T>)(object)WriteAsync(cancellationToken));

        private async IAsyncEnumerable<LoggedPoints> WriteAsync([EnumeratorCancellation] CancellationToken ct)
        {
            for (var n = 0; ; n++)
            {
                yield return Logged(one, first + n);
                await Task.Delay(1, ct);
                yield return Logged(other, 1 + n);
                await Task.Delay(1, ct);
            }
        }

        private static LoggedPoints Logged(long run, long seq) => new(run, seq, [new LivePoint(MetricScope.Run, "loss", "", 0, 0, 0, DateTimeOffset.UnixEpoch, 0, seq)]);
    }
}
