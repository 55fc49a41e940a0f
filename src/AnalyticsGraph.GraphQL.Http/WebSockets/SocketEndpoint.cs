using System.Net.WebSockets;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Accepts WebSockets of the sub-protocol <c>graphql-transport-ws</c>.</summary>
internal sealed class SocketEndpoint(GraphQLHttpOptions options)
{
    private const string Protocol = "graphql-transport-ws";

    /// <summary>Whether a request wants to be a WebSocket.</summary>
    public static bool IsAsked(HttpContext http) =>
        string.Equals(http.Request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
        || (HttpMethods.IsConnect(http.Request.Method) && http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" });

    /// <summary>Accepts the socket, and serves it until it is closed.</summary>
    /// <param name="http">The request, behind the middleware of WebSockets.</param>
    /// <param name="executor">Runs the operations.</param>
    /// <exception cref="HttpFaultException">It cannot be one.</exception>
    public async Task HandleAsync(HttpContext http, GraphQLExecutor executor)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw HttpFaultException.BadRequest("The request is no handshake of a WebSocket of version 13.");
        }

        if (!IsAllowedOrigin(http.Request))
        {
            throw new HttpFaultException(StatusCodes.Status403Forbidden, "Pages of this origin may not connect.");
        }

        var sockets = options.WebSockets!;
        var isAcceptable = http.WebSockets.WebSocketRequestedProtocols.Contains(Protocol);
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = isAcceptable ? Protocol : null,
            KeepAliveInterval = sockets.KeepAliveInterval,
            KeepAliveTimeout = sockets.KeepAliveTimeout,
        }).ConfigureAwait(false);
        using var channel = new SocketChannel(socket, sockets, options.TimeProvider);
        if (!isAcceptable)
        {
            await RefuseAsync(channel).ConfigureAwait(false);
            return;
        }

        using var connection = new SocketConnection(http, channel, executor, options);
        await connection.RunAsync(ServerStop.Token(http)).ConfigureAwait(false);
    }

    private static async Task RefuseAsync(SocketChannel channel)
    {
        await channel.CloseAsync(SocketCloseCode.SubprotocolNotAcceptable, "Subprotocol not acceptable").ConfigureAwait(false);
        try
        {
            await channel.DrainAsync().ConfigureAwait(false);
        }
        catch (WebSocketException)
        {
            // It closed without an answer.
        }
    }

    // Programs send no origin; browsers always do, and what they send a page cannot choose.
    private bool IsAllowedOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || options.WebSockets!.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
