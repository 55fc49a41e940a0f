using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>A request ends early: its client left, or its time is up.</summary>
public sealed class CancellationTests
{
    [Fact]
    public async Task Execute_Should_AnswerCancelled_When_TimeIsUp()
    {
        var noticed = false;
        var server = Server(new GraphQLExecutorOptions { Timeout = TimeSpan.FromMilliseconds(30), CancellationGrace = TimeSpan.FromMinutes(1) }, async token =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                noticed = true;
            }
        });

        Assert.Equal(
            """{"errors":[{"message":"The request was cancelled, or took longer than 0.03 s.","extensions":{"code":"CANCELLED"}}],"data":null}""", await server.AskAsync("{ ok slow }"));
        Assert.True(noticed);
    }

    [Fact]
    public async Task Execute_Should_AnswerCancelled_When_TheCallerLeaves()
    {
        using var caller = new CancellationTokenSource();
        var server = Server(new GraphQLExecutorOptions(), token =>
        {
            caller.Cancel();
            return Task.Delay(Timeout.Infinite, token);
        });

        Assert.Contains("CANCELLED", await server.AskAsync("{ slow }", cancellationToken: caller.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_NotWaitForEver_When_AStepDoesNotHeedTheToken()
    {
        var never = new TaskCompletionSource();
        var server = Server(
            new GraphQLExecutorOptions { Timeout = TimeSpan.FromMilliseconds(20), CancellationGrace = TimeSpan.FromMilliseconds(20) }, _ => never.Task);

        Assert.Contains("CANCELLED", await server.AskAsync("{ slow }"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_NotStartALevel_When_TheRequestIsCancelledBefore()
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();
        var server = Server(new GraphQLExecutorOptions(), _ => throw new InvalidOperationException("must not run"));

        Assert.Contains("CANCELLED", await server.AskAsync("{ slow }", cancellationToken: caller.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_DisposeWhatTheRequestHolds_When_ItEnds()
    {
        var disposed = new List<string>();
        var server = Server(new GraphQLExecutorOptions(), _ => Task.CompletedTask);

        var body = await server.AskAsync("{ ok }", configure: context =>
        {
            context.DisposeAtEnd(new Held("first", disposed));
            context.DisposeAtEnd(new Held("second", disposed));
        });

        Assert.Equal("""{"data":{"ok":1}}""", body);
        Assert.Equal(["second", "first"], disposed);
    }

    private static TestServer Server(GraphQLExecutorOptions options, Func<CancellationToken, Task> slow) => new(
        "type Query { ok: Int slow: Int }",
        bindings => bindings
            .Bind("Query", "ok", FieldResolver.FromRequest(_ => ValueTask.FromResult(1)))
            .Bind("Query", "slow", FieldResolver.FromRequest(async context =>
            {
                await slow(context.CancellationToken);
                return 1;
            })),
        options);

    private sealed class Held(string name, List<string> disposed) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            disposed.Add(name);
            return ValueTask.CompletedTask;
        }
    }
}
