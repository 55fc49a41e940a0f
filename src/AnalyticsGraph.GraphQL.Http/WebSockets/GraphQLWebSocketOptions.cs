using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>How GraphQL is spoken over WebSockets, by the sub-protocol <c>graphql-transport-ws</c>.</summary>
public sealed class GraphQLWebSocketOptions
{
    /// <summary>
    /// Asked with the payload of <c>connection_init</c>: whether the client may connect. It may set what <see cref="GraphQLHttpOptions.ConfigureRequest"/> reads, such as the user.
    /// False closes the socket with 4403. Null lets everybody in.
    /// </summary>
    public Func<HttpContext, JsonElement?, CancellationToken, ValueTask<bool>>? OnConnect { get; init; }

    /// <summary>How long a client may take until <c>connection_init</c>.</summary>
    public TimeSpan ConnectionInitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a ping of the WebSocket protocol itself is sent.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long its answer may take, before the connection is taken for dead.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a <c>ping</c> message is sent, for proxies that look at messages; a client that sends nothing until the next one is cut off. Null for none.</summary>
    public TimeSpan? PingInterval { get; init; }

    /// <summary>The largest message of a client in bytes; a larger one closes the socket with 1009.</summary>
    public int MaxMessageBytes { get; init; } = 1024 * 1024;

    /// <summary>How many operations of one connection may run at once; one more is answered by an error.</summary>
    public int MaxOperations { get; init; } = 100;

    /// <summary>How long a client may take to make room for a message, before it is cut off.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take to answer that the socket is closed, before it is cut off.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Origins such as <c>https://app.example.org</c> whose pages may connect beside those of the server's own: browsers let any page open a WebSocket to any server.
    /// </summary>
    public IReadOnlyCollection<string> AllowedOrigins { get; init; } = [];
}
