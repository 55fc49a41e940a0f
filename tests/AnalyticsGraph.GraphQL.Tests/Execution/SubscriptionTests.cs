using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Topics;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 6.2.3: a source stream of events, and for each a response.</summary>
public sealed class SubscriptionTests
{
    private readonly Channel<Tick> _ticks = Channel.CreateUnbounded<Tick>();
    private readonly InProcessTopics _topics = new(capacity: 2);
    private readonly List<string> _log = [];
    private readonly List<UnexpectedError> _faults = [];

    [Fact]
    public async Task Subscribe_Should_ExecuteTheOperationForEachEvent()
    {
        Publish(new Tick(1), new Tick(2));
        await using var stream = await Server().SubscribeAsync("subscription($by: Int!) { now: tick { number times(by: $by) __typename } }", new { by = 10 });

        Assert.True(stream.IsSubscription);
        Assert.Equal("""{"data":{"now":{"number":1,"times":10,"__typename":"Tick"}}}""", await ReadAsync(stream));
        Assert.Equal("""{"data":{"now":{"number":2,"times":20,"__typename":"Tick"}}}""", await ReadAsync(stream));
        _ticks.Writer.Complete();
        Assert.Null(await ReadAsync(stream));
        Assert.Null(await ReadAsync(stream));
    }

    [Fact]
    public async Task Subscribe_Should_GoOn_When_AnEventCannotBeAnswered()
    {
        Publish(new Tick(13), new Tick(1), new Tick(99));
        await using var stream = await Server().SubscribeAsync("subscription { tick { unlucky } }");

        Assert.Equal(
            """{"errors":[{"message":"13","locations":[{"line":1,"column":23}],"path":["tick","unlucky"],"extensions":{"code":"CONFLICT"}}],"data":null}""", await ReadAsync(stream));
        Assert.Equal("""{"data":{"tick":{"unlucky":1}}}""", await ReadAsync(stream));
        Assert.Contains("\"INTERNAL_SERVER_ERROR\"", await ReadAsync(stream), StringComparison.Ordinal);
        Assert.Equal("Tick.unlucky", Assert.Single(_faults).Field);
    }

    [Theory]
    [InlineData("subscription { tick { number } refused }", "GRAPHQL_VALIDATION_FAILED")]
    [InlineData("subscription { refused", "GRAPHQL_SYNTAX_ERROR")]
    [InlineData("subscription($by: Int!) { tick { times(by: $by) } }", "BAD_USER_INPUT")]
    [InlineData("subscription { refused }", "NOT_FOUND")]
    [InlineData("subscription { crashes }", "INTERNAL_SERVER_ERROR")]
    public async Task Subscribe_Should_AnswerARequestError_When_NoStreamComesAbout(string query, string code)
    {
        await using var stream = await Server().SubscribeAsync(query);

        Assert.False(stream.IsSubscription);
        using var only = await stream.ReadAsync();
        Assert.True(only!.IsRequestError);
        Assert.Equal(code, only.Errors[0].Code);
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task Subscribe_Should_TellWhereTheStreamIsMissing()
    {
        await using var stream = await Server().SubscribeAsync("subscription {\n  a: refused }");

        Assert.Equal(
            """{"errors":[{"message":"There is no such run.","locations":[{"line":2,"column":3}],"path":["a"],"extensions":{"code":"NOT_FOUND"}}]}""", await ReadAsync(stream));
    }

    [Fact]
    public async Task Subscribe_Should_EndWithAnError_When_TheSourceFails()
    {
        Publish(new Tick(1));
        _ticks.Writer.Complete(new InvalidOperationException("secret"));
        await using var stream = await Server().SubscribeAsync("subscription { tick { number } }");

        Assert.Equal("""{"data":{"tick":{"number":1}}}""", await ReadAsync(stream));
        using (var last = await stream.ReadAsync())
        {
            Assert.True(last!.IsRequestError);
            Assert.Equal(ErrorCodes.Internal, Assert.Single(last.Errors).Code);
        }

        Assert.Equal("Subscription.tick", Assert.Single(_faults).Field);
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task Subscribe_Should_GiveEachEventARequestOfItsOwn()
    {
        var requests = 0;
        Publish(new Tick(1), new Tick(2));
        await using (var stream = await Server().SubscribeAsync("subscription { tick { number } }", configure: request => request.DisposeAtEnd(new Held(++requests, _log))))
        {
            await ReadAsync(stream);
            await ReadAsync(stream);
            Assert.Equal(["opened", "freed 2", "freed 3"], _log);
        }

        Assert.Equal(["opened", "freed 2", "freed 3", "left", "freed 1"], _log);
    }

    [Fact]
    public async Task Subscribe_Should_AnswerQueriesAndMutations_AsOneResponse()
    {
        await using var query = await Server().SubscribeAsync("{ ok }");
        await using var mutation = await Server().SubscribeAsync("mutation { do }");

        Assert.False(query.IsSubscription);
        Assert.Equal("""{"data":{"ok":1}}""", await ReadAsync(query));
        Assert.Null(await ReadAsync(query));
        Assert.Equal("""{"data":{"do":2}}""", await ReadAsync(mutation));
    }

    [Fact]
    public async Task Read_Should_EndTheSubscription_When_ItIsCancelled()
    {
        using var client = new CancellationTokenSource();
        await using var stream = await Server().SubscribeAsync("subscription { heard(names: [\"a\"]) }", cancellationToken: client.Token);
        var reading = stream.ReadAsync();
        Assert.Equal(1, _topics.SubscriptionCount);

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.AsTask());
        Assert.Equal(0, _topics.SubscriptionCount);
    }

    [Fact]
    public async Task Subscribe_Should_BeNobodysFault_When_ItIsCancelledWhileItOpens()
    {
        using var client = new CancellationTokenSource();
        var opening = Server().SubscribeAsync("subscription { slow }", cancellationToken: client.Token);

        await client.CancelAsync();

        await using var stream = await opening;
        Assert.Equal("CANCELLED", stream.RequestError!.Errors[0].Code);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task Dispose_Should_LeaveTheTopics_When_NothingWasRead()
    {
        var stream = await Server().SubscribeAsync("subscription { heard(names: [\"a\", \"b\", \"a\"]) }");
        Assert.Equal(1, _topics.SubscriptionCount);
        Assert.True(_topics.MayHaveSubscribers(new Topic<string>("b")));

        await stream.DisposeAsync();

        Assert.Equal(0, _topics.SubscriptionCount);
        Assert.False(_topics.MayHaveSubscribers(new Topic<string>("a")));
        Assert.False(_topics.MayHaveSubscribers(new Topic<string>("b")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_Should_LeaveTheTopics_When_ItEndsByAnError(bool opens)
    {
        await using (var stream = await Server().SubscribeAsync("subscription($opens: Boolean!) { heardInVain(opens: $opens) }", new { opens }))
        {
            Assert.Equal(opens ? 1 : 0, _topics.SubscriptionCount);
            using var last = await stream.ReadAsync();
            Assert.True(last!.IsRequestError);
        }

        Assert.Equal(0, _topics.SubscriptionCount);
    }

    [Fact]
    public async Task Publish_Should_TellEachSubscriberOfItsTopics()
    {
        var server = Server();
        await using var one = await server.SubscribeAsync("subscription { heard(names: [\"a\"]) }");
        await using var both = await server.SubscribeAsync("subscription { heard(names: [\"a\", \"b\"]) }");

        _topics.Publish(new Topic<string>("b"), "first");
        _topics.Publish(new Topic<int>("a"), 5);
        _topics.Publish(new Topic<string>("a"), "second");

        Assert.Equal("""{"data":{"heard":"second"}}""", await ReadAsync(one));
        Assert.Equal("""{"data":{"heard":"first"}}""", await ReadAsync(both));
        Assert.Equal("""{"data":{"heard":"second"}}""", await ReadAsync(both));
    }

    [Fact]
    public async Task Publish_Should_EndASubscription_When_ItsBufferIsFull()
    {
        await using var slow = await Server().SubscribeAsync("subscription { heard(names: [\"a\", \"b\"]) }");
        await using var other = await Server().SubscribeAsync("subscription { heard(names: [\"b\"]) }");

        foreach (var name in new[] { "1", "2", "3", "4" })
        {
            _topics.Publish(new Topic<string>("a"), name);
        }

        Assert.Equal(1, _topics.SubscriptionCount);
        Assert.Equal("""{"data":{"heard":"1"}}""", await ReadAsync(slow));
        Assert.Equal("""{"data":{"heard":"2"}}""", await ReadAsync(slow));
        using (var last = await slow.ReadAsync())
        {
            Assert.True(last!.IsRequestError);
            Assert.Equal(ErrorCodes.SubscriptionOverflow, Assert.Single(last.Errors).Code);
        }

        Assert.Null(await ReadAsync(slow));
        _topics.Publish(new Topic<string>("b"), "still");
        Assert.Equal("""{"data":{"heard":"still"}}""", await ReadAsync(other));
    }

    [Fact]
    public async Task Topics_Should_LoseNoSubscriberAndKeepNone_When_ManyComeAndGoWhileEventsArePublished()
    {
        var topic = new Topic<int>("busy");
        using var end = new CancellationTokenSource();
        var publishing = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                _topics.Publish(topic, 1);
            }
        });
        await Parallel.ForAsync(0, 300, async (_, _) =>
        {
            using var client = new CancellationTokenSource();
            var events = await _topics.SubscribeAsync([topic, new Topic<int>("quiet")], client.Token);
            await using var enumerator = events.GetAsyncEnumerator(client.Token);
            Assert.True(await enumerator.MoveNextAsync());
        });
        await end.CancelAsync();
        await publishing;

        Assert.Equal(0, _topics.SubscriptionCount);
        Assert.False(_topics.MayHaveSubscribers(topic));
        Assert.False(_topics.MayHaveSubscribers(new Topic<int>("quiet")));
    }

    private static async Task<string?> ReadAsync(ResponseStream stream)
    {
        using var response = await stream.ReadAsync();
        return response is null ? null : Encoding.UTF8.GetString(response.Body.Span);
    }

    private void Publish(params Tick[] ticks)
    {
        foreach (var tick in ticks)
        {
            Assert.True(_ticks.Writer.TryWrite(tick));
        }
    }

    private TestServer Server() => new(
        """
        type Query { ok: Int } type Mutation { do: Int } type Tick { number: Int! times(by: Int!): Int! unlucky: Int! }
        type Subscription { tick: Tick! refused: Int crashes: Int slow: Int heard(names: [String!]!): String heardInVain(opens: Boolean!): String }
        """,
        bindings => bindings.BindType<Tick>("Tick")
            .Bind("Tick", "times", FieldResolver.FromSource((Tick tick, StepContext context) => tick.Number * context.Arguments.Get<int>("by")))
            .Bind("Tick", "unlucky", FieldResolver.FromSource((Tick tick) => tick.Number switch
            {
                13 => throw new GraphQLException(new GraphQLError("13", ErrorCodes.Conflict)),
                99 => throw new InvalidOperationException("secret"),
                var number => number,
            }))
            .Bind("Query", "ok", FieldResolver.FromRequest(_ => ValueTask.FromResult(1)))
            .Bind("Mutation", "do", FieldResolver.FromRequest(_ => ValueTask.FromResult(2)))
            .Bind("Subscription", "tick", FieldResolver.FromEvents(context => ValueTask.FromResult(ReadTicksAsync(context.CancellationToken))))
            .Bind("Subscription", "refused", FieldResolver.FromEvents<int>(_ => throw new GraphQLException(new GraphQLError("There is no such run.", ErrorCodes.NotFound))))
            .Bind("Subscription", "crashes", FieldResolver.FromEvents<int>(async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("secret");
            }))
            .Bind("Subscription", "slow", FieldResolver.FromEvents<int>(async context =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                throw new InvalidOperationException("unreachable");
            }))
            .Bind("Subscription", "heard", FieldResolver.FromEvents(context => _topics.SubscribeAsync(
                [.. context.Arguments.Get<object?[]>("names")!.Select(name => new Topic<string>((string)name!))], context.CancellationToken)))
            .Bind("Subscription", "heardInVain", FieldResolver.FromEvents<string>(async context =>
            {
                // What it hears is in nobody's hands, whether the stream opens or not.
                await _topics.SubscribeAsync([new Topic<string>("a")], context.CancellationToken);
                return context.Arguments.Get<bool>("opens") ? FailAsync() : throw new GraphQLException(new GraphQLError("There is no such run.", ErrorCodes.NotFound));
            })),
        new GraphQLExecutorOptions { OnUnexpectedError = _faults.Add });

    private static async IAsyncEnumerable<string> FailAsync()
    {
        await Task.FromException(new InvalidOperationException("secret"));
        yield break;
    }

    private async IAsyncEnumerable<Tick> ReadTicksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _log.Add("opened");
        try
        {
            await foreach (var tick in _ticks.Reader.ReadAllAsync(cancellationToken))
            {
                yield return tick;
            }
        }
        finally
        {
            _log.Add("left");
        }
    }

    private sealed record Tick(int Number);

    private sealed class Held(int number, List<string> log) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            log.Add($"freed {number}");
            return ValueTask.CompletedTask;
        }
    }
}
