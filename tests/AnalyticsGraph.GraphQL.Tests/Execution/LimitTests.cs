using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>The limits of an executor that are no one's else: concurrency, introspection.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Execute_Should_RefuseAtOnce_When_TooManyRequestsAreUnderWay()
    {
        var answers = new TaskCompletionSource<int>();
        var server = new TestServer(
            "type Query { slow: Int quick: Int }",
            bindings => bindings.Bind("Query", "slow", FieldResolver.FromRequest(_ => new ValueTask<int>(answers.Task))).Bind("Query", "quick", FieldResolver.FromRequest(_ => ValueTask.FromResult(2))),
            new GraphQLExecutorOptions { MaxConcurrentRequests = 2 });
        var underWay = new[] { server.AskAsync("{ slow }"), server.AskAsync("{ slow }") };

        Assert.Equal(["- RESOURCE_EXHAUSTED"], await server.ErrorsAsync("{ quick }"));
        Assert.Equal("""{"data":{"__typename":"Query"}}""", await server.AskAsync("{ __typename }"));

        answers.SetResult(1);
        Assert.All(await Task.WhenAll(underWay), answer => Assert.Equal("""{"data":{"slow":1}}""", answer));
        Assert.Equal("""{"data":{"quick":2}}""", await server.AskAsync("{ quick }"));
    }

    [Theory]
    [InlineData("{ __schema { queryType { name } } }", "__schema")]
    [InlineData("{ ...F } fragment F on Query { x: __type(name: \"Query\") { name } }", "__type")]
    public async Task Execute_Should_RefuseIntrospection_When_ItIsOff(string query, string field)
    {
        var server = new TestServer(
            "type Query { a: Int }",
            bindings => bindings.Bind("Query", "a", FieldResolver.FromRequest(_ => ValueTask.FromResult(1))),
            new GraphQLExecutorOptions { Validation = new ValidationOptions { AllowIntrospection = false } });

        Assert.Contains($"GraphQL introspection has been disabled, but the requested query contained the field \\\"{field}\\\".", await server.AskAsync(query), StringComparison.Ordinal);
        Assert.Equal("""{"data":{"__typename":"Query","a":1}}""", await server.AskAsync("{ __typename a }"));
    }
}
