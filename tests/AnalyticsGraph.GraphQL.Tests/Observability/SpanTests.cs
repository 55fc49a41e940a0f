using System.Diagnostics;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Tests.Execution;
using AnalyticsGraph.GraphQL.Topics;

namespace AnalyticsGraph.GraphQL.Tests.Observability;

/// <summary>What the engine tells of operations by OpenTelemetry's conventions for GraphQL servers.</summary>
public sealed class SpanTests
{
    private const string Sdl =
        """
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        type Query { hello: String! slow: Int fail: String! needs(n: Int!): Int }
        type Mutation { one: Int two: Int }
        type Subscription { tick: Int }
        """;

    private static readonly Topic<int> Ticks = new("ticks");
    private readonly InProcessTopics _topics = new();

    [Fact]
    public async Task Operation_Should_BeParsedAndPlannedOnce()
    {
        var server = Server();
        using var spans = new SpanRecorder();

        await server.AskAsync("query Greet { hello slow }");
        await server.AskAsync("query Greet { hello slow }");

        Assert.Equal(
            """
            query
              graphql.parse
              graphql.validate
              graphql.plan
              graphql.cost
              graphql.execute
              graphql.serialize
            query
              graphql.execute
              graphql.serialize
            """.ReplaceLineEndings("\n"),
            spans.Tree());
        var operation = spans.Spans.First(span => span.DisplayName == "query");
        Assert.Equal((ActivityKind.Server, ActivityStatusCode.Unset), (operation.Kind, operation.Status));
        Assert.Equal(("query", "Greet"), (operation.GetTagItem("graphql.operation.type"), operation.GetTagItem("graphql.operation.name")));
        Assert.Equal("sha256:".Length + 64, ((string)operation.GetTagItem("graphql.document.hash")!).Length);
        Assert.Null(operation.GetTagItem("graphql.document"));
    }

    [Fact]
    public async Task Operation_Should_CarryItsDocument_When_TheOwnerWantsIt()
    {
        var server = Server(new GraphQLExecutorOptions { Telemetry = new() { IncludeDocument = true } });
        using var spans = new SpanRecorder();

        await server.AskAsync("{ hello }");

        Assert.Equal("{ hello }", spans.Spans.First(span => span.DisplayName == "query").GetTagItem("graphql.document"));
    }

    [Theory]
    [InlineData("{ hello", "GraphQL Operation", "GRAPHQL_SYNTAX_ERROR", ActivityStatusCode.Error)]
    [InlineData("{ nobody }", "GraphQL Operation", "GRAPHQL_VALIDATION_FAILED", ActivityStatusCode.Error)]
    [InlineData("query($n: Int!) { needs(n: $n) }", "query", "BAD_USER_INPUT", ActivityStatusCode.Error)]
    [InlineData("{ fail }", "query", null, ActivityStatusCode.Unset)]
    public async Task Operation_Should_HaveFailed_When_ItWasRefused(string query, string name, string? type, ActivityStatusCode status)
    {
        using var spans = new SpanRecorder();

        await Server().AskAsync(query);

        var operation = Assert.Single(spans.Spans, span => span.Kind == ActivityKind.Server);
        Assert.Equal((name, type, status, 1), (operation.DisplayName, operation.GetTagItem("error.type"), operation.Status, operation.GetTagItem("graphql.error.count")));
    }

    [Fact]
    public async Task Mutation_Should_ExecuteAndWriteFieldByField()
    {
        using var spans = new SpanRecorder();

        await Server().AskAsync("mutation { one two }");

        Assert.EndsWith("graphql.cost\n  graphql.execute\n  graphql.serialize\n  graphql.execute\n  graphql.serialize", spans.Tree(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_Should_BelongToTheirOperation()
    {
        using var spans = new SpanRecorder();

        Assert.Equal(2, (await Server().PartsAsync("{ hello ... @defer { slow } }")).Count);

        Assert.EndsWith("graphql.serialize\n  graphql.part", spans.Tree(), StringComparison.Ordinal);
        var (operation, part) = (spans.Spans.Single(span => span.DisplayName == "query"), spans.Spans.Single(span => span.DisplayName == "graphql.part"));
        Assert.True(operation.StartTimeUtc + operation.Duration >= part.StartTimeUtc + part.Duration);
    }

    [Fact]
    public async Task Event_Should_BeATraceOfItsOwn_WithALinkToItsSubscription()
    {
        using var spans = new SpanRecorder();
        await using var stream = await Server().SubscribeAsync("subscription { tick }");
        _topics.Publish(Ticks, 1);
        _topics.Publish(Ticks, 2);
        (await stream.ReadAsync())!.Dispose();
        (await stream.ReadAsync())!.Dispose();

        var subscription = spans.Spans.Single(span => span.DisplayName == "subscription");
        Assert.Equal(["subscription event", "subscription event"], spans.Linked.Select(span => span.DisplayName));
        Assert.All(spans.Linked, span =>
        {
            Assert.NotEqual(subscription.TraceId, span.TraceId);
            Assert.Equal(subscription.SpanId, span.Links.Single().Context.SpanId);
            Assert.Equal("subscription", span.GetTagItem("graphql.operation.type"));
        });
        Assert.Equal("test", Activity.Current?.DisplayName);
    }

    private TestServer Server(GraphQLExecutorOptions? options = null) => new(
        Sdl,
        bindings => bindings
            .Bind("Query", "hello", FieldResolver.FromRequest(_ => new ValueTask<string>("you")))
            .Bind("Query", "slow", FieldResolver.FromRequest(async _ =>
            {
                await Task.Yield();
                return 1;
            }))
            .Bind("Query", "fail", FieldResolver.FromRequest<string>(_ => throw new Errors.GraphQLException(new Errors.GraphQLError("No.", Errors.ErrorCodes.NotFound))))
            .Bind("Query", "needs", FieldResolver.FromRequest(_ => new ValueTask<int>(1)))
            .Bind("Mutation", "one", FieldResolver.FromRequest(_ => new ValueTask<int>(1)))
            .Bind("Mutation", "two", FieldResolver.FromRequest(_ => new ValueTask<int>(2)))
            .Bind("Subscription", "tick", FieldResolver.FromEvents(context => _topics.SubscribeAsync([Ticks], context.CancellationToken))),
        options);
}
