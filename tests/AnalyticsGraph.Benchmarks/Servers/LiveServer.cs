using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>A subscription over WebSockets, and beside it a socket written by hand that sends the same bytes.</summary>
internal static class LiveServer
{
    /// <summary>What is subscribed to.</summary>
    public const string Subscription = "subscription { logged { id name status loss isBest } }";

    /// <summary>The sockets: GraphQL's, and those written by hand.</summary>
    public const string GraphQL = "/graphql", Bare = "/bare";

    /// <summary>Below one of the sockets' paths: tells its subscribers of an event.</summary>
    public const string Publish = "/publish";

    /// <summary>Below one of the sockets' paths: how many subscribe.</summary>
    public const string Count = "/count";

    /// <summary>Resident memory and the managed heap in bytes, garbage collected.</summary>
    public const string Memory = "/memory";

    private const int Capacity = 256;
    private const string Protocol = "graphql-transport-ws";

    private const string Sdl =
        """
        type Query { now: Run! }
        type Subscription { logged: Run! }
        enum Status { RUNNING FINISHED FAILED }
        type Run { id: ID! name: String! status: Status! loss: Float! isBest: Boolean! }
        """;

    private static readonly Topic<MemoryRun> Logged = new("logged");

    public static Task RunAsync()
    {
        var run = MemoryRun.Make()[7];
        var topics = new InProcessTopics(Capacity);
        var bindings = new SchemaBindings()
            .Bind("Query", "now", FieldResolver.FromRequest(_ => new ValueTask<MemoryRun>(run)))
            .Bind("Subscription", "logged", FieldResolver.FromEvents(context => topics.SubscribeAsync([Logged], context.CancellationToken)))
            .BindType<MemoryRun>("Run");
        var executor = new GraphQLExecutor(ExecutableSchema.Create(SchemaBuilder.Build([Utf8Parser.Parse(Sdl)]), bindings));
        var subscribers = new ConcurrentDictionary<Channel<MemoryRun>, bool>();
        return ChildHost.RunAsync(app =>
        {
            app.UseWebSockets();
            app.MapGraphQL(GraphQL, executor);
            app.Map(Bare, http => ServeAsync(http, subscribers));
            Answer(app, GraphQL + Publish, () =>
            {
                topics.Publish(Logged, run);
                return "";
            });
            Answer(app, Bare + Publish, () => string.Concat(subscribers.Keys.Where(channel => !channel.Writer.TryWrite(run)).Select(_ => "!")));
            Answer(app, GraphQL + Count, () => topics.SubscriptionCount.ToString(CultureInfo.InvariantCulture));
            Answer(app, Bare + Count, () => subscribers.Count.ToString(CultureInfo.InvariantCulture));
            Answer(app, Memory, () =>
            {
                HeldResources.Collect();
                return string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet} {GC.GetTotalMemory(forceFullCollection: true)}");
            });
        });
    }

    private static void Answer(WebApplication app, string path, Func<string> answer) => app.MapGet(path, (RequestDelegate)(http => http.Response.WriteAsync(answer(), http.RequestAborted)));

    // Says what the protocol says, looks at nothing: an acknowledgement for the first message, events after the second.
    private static async Task ServeAsync(HttpContext http, ConcurrentDictionary<Channel<MemoryRun>, bool> subscribers)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync(Protocol);
        var buffer = new byte[1024];
        await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
        await socket.SendAsync("{\"type\":\"connection_ack\"}"u8.ToArray(), WebSocketMessageType.Text, true, http.RequestAborted);
        await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
        var channel = Channel.CreateBounded<MemoryRun>(Capacity);
        subscribers.TryAdd(channel, true);
        var sending = SendAsync(socket, channel.Reader, http.RequestAborted);
        try
        {
            // Nothing more is asked: this ends with the connection.
            await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The client has gone without a word.
        }
        finally
        {
            subscribers.TryRemove(channel, out _);
            channel.Writer.TryComplete();
            await sending;
        }
    }

    private static async Task SendAsync(WebSocket socket, ChannelReader<MemoryRun> events, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            await foreach (var run in events.ReadAllAsync(cancellation))
            {
                buffer.ResetWrittenCount();
                Write(buffer, run);
                await socket.SendAsync(buffer.WrittenMemory, WebSocketMessageType.Text, true, cancellation);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The client has gone, which the receiver sees, too.
        }
    }

    private static void Write(IBufferWriter<byte> buffer, MemoryRun run)
    {
        var writer = BareRequest.WriterTo(buffer);
        writer.WriteStartObject();
        writer.WriteString("id"u8, "1"u8);
        writer.WriteString("type"u8, "next"u8);
        writer.WriteStartObject("payload"u8);
        writer.WriteStartObject("data"u8);
        writer.WriteStartObject("logged"u8);
        writer.WriteString("id"u8, run.Id);
        writer.WriteString("name"u8, run.Name);
        writer.WriteString("status"u8, run.Status switch { MemoryStatus.Running => "RUNNING"u8, MemoryStatus.Finished => "FINISHED"u8, _ => "FAILED"u8 });
        writer.WriteNumber("loss"u8, run.Loss);
        writer.WriteBoolean("isBest"u8, run.IsBest);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
    }
}
