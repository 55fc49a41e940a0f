using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 6.2.2: root fields of a mutation run one after another, each with everything below it.</summary>
public sealed class MutationTests
{
    [Fact]
    public async Task Execute_Should_FinishASubtree_When_AnotherRootFieldFollows()
    {
        var log = new List<string>();

        var body = await Server(log).AskAsync("mutation { a: add(by: 1) { now } b: add(by: 10) { now __typename } ...F } fragment F on Mutation { c: add(by: 100) { now } }");

        Assert.Equal("""{"data":{"a":{"now":1},"b":{"now":11,"__typename":"Counter"},"c":{"now":111}}}""", body);
        Assert.Equal(["add 1", "read 1", "add 10", "read 11", "add 100", "read 111"], log);
    }

    [Fact]
    public async Task Execute_Should_TellStoresToForget_When_AnotherRootFieldFollows()
    {
        var log = new List<string>();

        await Server(log).AskAsync("mutation { a: add(by: 1) { now } b: add(by: 10) { now } }", configure: context => context.AddDispatcher(new KeepingStore(log)));

        Assert.Equal(["add 1", "read 1", "forget", "add 10", "read 11"], log);
    }

    [Fact]
    public async Task Execute_Should_GoOn_When_ANullableRootFieldFails()
    {
        var log = new List<string>();

        var body = await Server(log).AskAsync("mutation { a: add(by: 1) { now } fail { now } b: add(by: 10) { now } }");

        Assert.Equal(
            """{"errors":[{"message":"no","locations":[{"line":1,"column":34}],"path":["fail"],"extensions":{"code":"CONFLICT"}}],"data":{"a":{"now":1},"fail":null,"b":{"now":11}}}""", body);
    }

    [Fact]
    public async Task Execute_Should_Stop_When_AnErrorReachesTheRoot()
    {
        var log = new List<string>();

        var body = await Server(log).AskAsync("mutation { a: add(by: 1) { now } mustFail { now } b: add(by: 10) { now } }");

        Assert.EndsWith("\"data\":null}", body, StringComparison.Ordinal);
        Assert.Equal(["add 1", "read 1"], log);
    }

    [Fact]
    public async Task Execute_Should_AnswerAnEmptyObject_When_EveryFieldIsSkipped() =>
        Assert.Equal("""{"data":{}}""", await Server([]).AskAsync("mutation { fail @skip(if: true) { now } }"));

    [Fact]
    public async Task Execute_Should_Refuse_When_MutationsAreNotAllowed() => Assert.Equal(
        """{"errors":[{"message":"A mutation cannot be sent by GET; send it by POST.","locations":[{"line":1,"column":1}],"extensions":{"code":"OPERATION_NOT_ALLOWED"}}]}""",
        await Server([]).AskAsync("mutation { fail { now } }", allowMutations: false));

    // Steps complete later, on other threads: order is the executor's doing.
    private static TestServer Server(List<string> log)
    {
        var counter = new Counter();
        return new TestServer(
            "type Query { now: Int } type Mutation { add(by: Int!): Counter! fail: Counter mustFail: Counter! } type Counter { now: Int! }",
            bindings => bindings
                .Bind("Query", "now", FieldResolver.FromRequest(_ => ValueTask.FromResult(counter.Value)))
                .Bind("Mutation", "add", FieldResolver.FromRequest(async context =>
                {
                    await Task.Yield();
                    var by = context.Arguments.Get<int>("by");
                    log.Add($"add {by}");
                    counter.Value += by;
                    return counter;
                }))
                .Bind("Mutation", "fail", Failing())
                .Bind("Mutation", "mustFail", Failing())
                .Bind("Counter", "now", FieldResolver.FromBatch(async (_, _) =>
                {
                    await Task.Yield();
                    log.Add($"read {counter.Value}");
                    return new Int32Column([counter.Value]);
                })));
    }

    private static FieldResolver Failing() =>
        FieldResolver.FromRequest<Counter>(_ => throw new GraphQLException(new GraphQLError("no", ErrorCodes.Conflict)));

    private sealed class KeepingStore(List<string> log) : ILevelDispatcher
    {
        public int Order => 0;

        public bool HasPending => false;

        public void Dispatch(CancellationToken cancellationToken) => throw new InvalidOperationException("Nobody asked.");

        public void Forget() => log.Add("forget");
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}
