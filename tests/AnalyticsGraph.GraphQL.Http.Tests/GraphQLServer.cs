using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Persisted;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>A Kestrel of its own that serves a small schema at <c>/graphql</c>.</summary>
internal sealed class GraphQLServer : IAsyncDisposable
{
    private const string Sdl =
        """
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD

        type Query {
          hello(name: String = "world"): String!
          sum(numbers: [Int!]!): Int!
          echo(json: JSON): JSON
          caller: String
          fail: String
          crash: String
          forever: String
          gate: String
          big(length: Int!): String!
          numbers(count: Int!): [Float!]!
        }

        type Mutation { bump: Int! publish(text: String!): Boolean! }

        type Subscription { count(to: Int!): Int! heard: String! refused: Int fails: Int! }

        scalar JSON
        """;

    private static readonly Topic<string> Heard = new("heard");

    private readonly WebApplication _application;
    private int _bumps;

    private GraphQLServer(GraphQLHttpOptions options, bool isReady, GraphQLExecutorOptions execution, DocumentFile[] trusted, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        _application = builder.Build();
        var schema = ExecutableSchema.Create(SchemaBuilder.Build([Utf8Parser.Parse(Sdl)]), Bind());
        var executor = new GraphQLExecutor(schema, execution with { OnUnexpectedError = Log.Enqueue }, trusted);
        _application.MapGraphQL("/graphql", () => isReady ? executor : null, options);
    }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>The faults of the server.</summary>
    public ConcurrentQueue<UnexpectedError> Log { get; } = [];

    /// <summary>What <c>heard</c> hears; its buffer holds 4 events.</summary>
    public InProcessTopics Topics { get; } = new(capacity: 4);

    public Uri Url { get; private set; } = null!;

    /// <summary>How often the mutation ran.</summary>
    public int Bumps => _bumps;

    /// <summary>Completes when the token of the field <c>forever</c> is cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the field <c>gate</c> waits for.</summary>
    public TaskCompletionSource<string?> Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the field <c>forever</c> is running.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static Task<GraphQLServer> StartAsync(
        GraphQLHttpOptions? options = null, bool isReady = true, GraphQLExecutorOptions? execution = null, params DocumentFile[] trusted) =>
        StartAsync(new GraphQLServer(options ?? new GraphQLHttpOptions(), isReady, execution ?? new GraphQLExecutorOptions(), trusted, HttpProtocols.Http1));

    /// <summary>Starts one that runs the operation <c>Count</c> and no other.</summary>
    public static Task<GraphQLServer> StartTrustedAsync() =>
        StartAsync(execution: new GraphQLExecutorOptions { TrustedDocumentsOnly = true }, trusted: new DocumentFile("count.graphql", "subscription Count { count(to: 1) }"u8.ToArray()));

    /// <summary>Starts one that speaks HTTP/2 alone.</summary>
    public static Task<GraphQLServer> StartHttp2Async() => StartAsync(new GraphQLServer(new GraphQLHttpOptions(), isReady: true, new GraphQLExecutorOptions(), [], HttpProtocols.Http2));

    private static async Task<GraphQLServer> StartAsync(GraphQLServer server)
    {
        await server._application.StartAsync();
        server.Url = new Uri($"{server._application.Urls.Single()}/graphql");
        return server;
    }

    public async Task<HttpResponseMessage> PostAsync(string body, string? accept = null, string? contentType = "application/json") =>
        await PostAsync(Encoding.UTF8.GetBytes(body), accept, contentType);

    public async Task<HttpResponseMessage> PostAsync(byte[] body, string? accept = null, string? contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await SendAsync(request, accept);
    }

    public async Task<HttpResponseMessage> GetAsync(string query, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Url}{query}");
        return await SendAsync(request, accept);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? accept = null)
    {
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Sends bytes as they are and reads the whole answer; the connection closes after it.</summary>
    public async Task<string> SendRawAsync(params string[] pieces)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Url.Port);
        await using var stream = socket.GetStream();
        foreach (var piece in pieces)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(piece));
            await stream.FlushAsync();
            await Task.Delay(20);
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Tells whoever subscribed to <c>heard</c>.</summary>
    public void Publish(string text) => Topics.Publish(Heard, text);

    /// <summary>Waits until so many subscribe to <c>heard</c>.</summary>
    public async Task WaitForSubscriptionsAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Topics.SubscriptionCount != count)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
    }

    private SchemaBindings Bind() => new SchemaBindings()
        .Bind("Query", "hello", FieldResolver.FromRequest(context => new ValueTask<string>($"Hello {context.Arguments.Get<string>("name")}")))
        .Bind("Query", "sum", FieldResolver.FromRequest(context => new ValueTask<int>(context.Arguments.Get<object?[]>("numbers")!.Sum(number => (int)number!))))
        .Bind("Query", "echo", FieldResolver.FromRequest(context => new ValueTask<JsonElement?>(context.Arguments.TryGet("json", out var json) ? (JsonElement?)json : null)))
        .Bind("Query", "caller", FieldResolver.FromRequest(context => new ValueTask<string?>(context.Request.Find<string>())))
        .Bind("Query", "fail", FieldResolver.FromRequest<string?>(_ => throw new Errors.GraphQLException(new Errors.GraphQLError("It is gone.", Errors.ErrorCodes.NotFound))))
        .Bind("Query", "crash", FieldResolver.FromRequest<string?>(_ => throw new InvalidOperationException("secret")))
        .Bind("Query", "big", FieldResolver.FromRequest(context => new ValueTask<string>(new string('x', context.Arguments.Get<int>("length")))))
        .Bind("Query", "numbers", FieldResolver.FromRequest(context => new ValueTask<double[]>([.. Enumerable.Range(0, context.Arguments.Get<int>("count"))])))
        .Bind("Query", "forever", FieldResolver.FromRequest(ForeverAsync))
        .Bind("Query", "gate", FieldResolver.FromRequest(_ => new ValueTask<string?>(Gate.Task)))
        .Bind("Mutation", "bump", FieldResolver.FromRequest(_ => new ValueTask<int>(Interlocked.Increment(ref _bumps))))
        .Bind("Mutation", "publish", FieldResolver.FromRequest(context =>
        {
            Publish(context.Arguments.Get<string>("text")!);
            return new ValueTask<bool>(true);
        }))
        .Bind("Subscription", "count", FieldResolver.FromEvents(context => ValueTask.FromResult(Enumerable.Range(1, context.Arguments.Get<int>("to")).ToAsyncEnumerable())))
        .Bind("Subscription", "heard", FieldResolver.FromEvents(context => Topics.SubscribeAsync([Heard], context.CancellationToken)))
        .Bind("Subscription", "refused", FieldResolver.FromEvents<int>(_ => throw new Errors.GraphQLException(new Errors.GraphQLError("It is gone.", Errors.ErrorCodes.NotFound))))
        .Bind("Subscription", "fails", FieldResolver.FromEvents(_ => ValueTask.FromResult(FailAsync())));

    private static async IAsyncEnumerable<int> FailAsync()
    {
        yield return 1;
        await Task.Yield();
        throw new InvalidOperationException("secret");
    }

    private async ValueTask<string?> ForeverAsync(StepContext context)
    {
        await using var registration = context.CancellationToken.Register(() => Cancelled.TrySetResult());
        Waiting.TrySetResult();
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return null;
    }
}
