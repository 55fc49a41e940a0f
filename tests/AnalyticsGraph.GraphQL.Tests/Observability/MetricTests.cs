using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.GraphQL.Persisted;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Observability;

[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>What the engine counts and measures, and what it costs while nobody listens. Meters are the process's: nothing runs beside.</summary>
[Collection("alone")]
public sealed class MetricTests
{
    private static readonly Topic<int> Ticks = new("ticks");
    private readonly InProcessTopics _topics = new(capacity: 1);

    [Fact]
    public async Task Requests_Should_BeMeasuredByTypeAndOutcome()
    {
        var executor = Executor(new DocumentFile("greet.graphql", "query Greet { hello }"u8.ToArray()));
        using var meter = new Measurements();

        await RunAsync(executor, new GraphQLRequest { Query = "query Mine { hello }"u8.ToArray() });
        await RunAsync(executor, new GraphQLRequest { DocumentId = "Greet" });
        await RunAsync(executor, new GraphQLRequest { Query = "{ hello fail }"u8.ToArray() });
        await RunAsync(executor, new GraphQLRequest { Query = "{ hello odd }"u8.ToArray() });
        await RunAsync(executor, new GraphQLRequest { Query = "{ nobody }"u8.ToArray() });

        // The names that callers choose are no labels; those of trusted operations are few.
        Assert.Equal(
            [
                "graphql.operation.type=query graphql.outcome=success", "graphql.operation.name=Greet graphql.operation.type=query graphql.outcome=success",
                "graphql.operation.type=query graphql.outcome=partial", "graphql.operation.type=query graphql.outcome=partial",
                "error.type=GRAPHQL_VALIDATION_FAILED graphql.outcome=error",
            ],
            meter.Labels("graphql.server.request.duration"));
        Assert.All(meter.Values("graphql.server.request.duration"), seconds => Assert.InRange(seconds, 0, 60));
        Assert.Equal(
            ["error.type=NOT_FOUND graphql.error.scope=field", "error.type=_OTHER graphql.error.scope=field", "error.type=GRAPHQL_VALIDATION_FAILED graphql.error.scope=request"],
            meter.Labels("graphql.server.errors"));
        Assert.Equal([1, -1, 1, -1, 1, -1, 1, -1, 1, -1], meter.Values("graphql.server.active_requests"));
    }

    [Fact]
    public async Task Documents_Should_BeCounted()
    {
        var executor = Executor(options: new GraphQLExecutorOptions { MaxCachedDocuments = 1 });
        using var meter = new Measurements();

        foreach (var query in new[] { "{ hello }", "{ hello }", "{ a: hello }" })
        {
            await RunAsync(executor, new GraphQLRequest { Query = System.Text.Encoding.UTF8.GetBytes(query) });
        }

        Assert.Equal(["result=miss", "result=hit", "result=miss"], meter.Labels("graphql.server.document_cache.lookups"));
        Assert.Equal(1, meter.Values("graphql.server.document_cache.documents").Sum());
    }

    [Fact]
    public async Task Subscriptions_Should_BeCounted_FromTheirOpeningToTheirEnd()
    {
        var executor = Executor();
        using var meter = new Measurements();
        await using (var stream = await executor.SubscribeAsync(new GraphQLRequest { Query = "subscription { tick }"u8.ToArray() }))
        {
            Assert.Equal(1, meter.Values("graphql.server.active_subscriptions").Sum());
            _topics.Publish(Ticks, 1);
            (await stream.ReadAsync())!.Dispose();
            _topics.Publish(Ticks, 2);
            _topics.Publish(Ticks, 3);
            await stream.DisposeAsync();
        }

        Assert.Equal(0, meter.Values("graphql.server.active_subscriptions").Sum());
        Assert.Equal([1], meter.Values("graphql.server.subscription.events"));
        Assert.Equal([1], meter.Values("graphql.server.subscription.overflows"));
    }

    [Fact]
    public async Task Request_Should_AllocateNothingMore_When_NobodyListens()
    {
        var executor = Executor();
        var request = new GraphQLRequest { Query = "{ hello }"u8.ToArray() };
        var unobserved = await AllocatedAsync();
        long measured;
        using (new Measurements())
        {
            measured = await AllocatedAsync();
        }

        // What was allocated for a listener is not allocated before one came, nor after it went.
        Assert.True(measured > unobserved, $"{measured} bytes with a listener, {unobserved} without");
        Assert.Equal(unobserved, await AllocatedAsync());

        async Task<long> AllocatedAsync()
        {
            for (var i = 0; i < 100; i++)
            {
                await RunAsync(executor, request);
            }

            var least = long.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 10; i++)
                {
                    var pending = executor.ExecuteAsync(request);
                    Assert.True(pending.IsCompletedSuccessfully);
                    pending.Result.Dispose();
                }

                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            return least;
        }
    }

    private static async Task RunAsync(GraphQLExecutor executor, GraphQLRequest request)
    {
        using var result = await executor.ExecuteAsync(request);
    }

    private GraphQLExecutor Executor(DocumentFile? trusted = null, GraphQLExecutorOptions? options = null)
    {
        var schema = SchemaBuilder.Build([Utf8Parser.Parse("type Query { hello: String! fail: String odd: String } type Subscription { tick: Int }")]);
        var bindings = new SchemaBindings()
            .Bind("Query", "hello", FieldResolver.FromRequest(_ => new ValueTask<string>("you")))
            .Bind("Query", "fail", FieldResolver.FromRequest<string?>(_ => throw new GraphQLException(new GraphQLError("No.", ErrorCodes.NotFound))))
            .Bind("Query", "odd", FieldResolver.FromRequest<string?>(_ => throw new GraphQLException(new GraphQLError("Odd.", "A_CODE_OF_ITS_OWN"))))
            .Bind("Subscription", "tick", FieldResolver.FromEvents(context => _topics.SubscribeAsync([Ticks], context.CancellationToken)));
        return new GraphQLExecutor(ExecutableSchema.Create(schema, bindings), options, trusted is null ? null : [trusted]);
    }

    private sealed class Measurements : IDisposable
    {
        private readonly ConcurrentQueue<(string Name, double Value, string Labels)> _all = [];
        private readonly MeterListener _listener = new();

        public Measurements()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == GraphQLTelemetry.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IEnumerable<double> Values(string name) => _all.Where(one => one.Name == name).Select(one => one.Value);

        public IEnumerable<string> Labels(string name) => _all.Where(one => one.Name == name).Select(one => one.Labels);

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _all.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal))));
    }
}
