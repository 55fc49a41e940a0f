using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>How a GraphQL endpoint answers.</summary>
public sealed class GraphQLHttpOptions
{
    /// <summary>The largest request body in bytes, 8 MiB by default; more is answered 413. Kestrel's own limit must not be smaller.</summary>
    public long MaxRequestBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How much one HTTP request may ask for.</summary>
    public GraphQLBatchOptions Batch { get; init; } = new();

    /// <summary>The <c>Cache-Control</c> of answers of <c>GET .../operations/{name or hash}</c> that have no errors.</summary>
    public string OperationCacheControl { get; init; } = "no-cache";

    /// <summary>Who may ask by the header <c>GraphQL-Profile</c> how requests are answered.</summary>
    public ProfileAccess Profile { get; init; }

    /// <summary>Who may ask for that, by anything the request tells, such as its user; null for <see cref="Profile"/>.</summary>
    public Func<HttpContext, bool>? MayProfile { get; init; }

    /// <summary>Prepares each request before its first step: sets the caller, the stores' sessions. A thrown exception becomes an error of the request.</summary>
    public Action<HttpContext, RequestContext>? ConfigureRequest { get; init; }

    /// <summary>The SDL that <c>GET ...?sdl</c> answers with; printed from the executor's schema if null.</summary>
    public string? Sdl { get; init; }

    /// <summary>Whether <c>GET ...?sdl</c> is answered. Turn off where the schema itself is a secret; it is then no GraphQL request.</summary>
    public bool ServeSdl { get; init; } = true;

    /// <summary>Operations over WebSockets; null for none.</summary>
    public GraphQLWebSocketOptions? WebSockets { get; init; } = new();

    /// <summary>Operations over streams of server-sent events; null for none.</summary>
    public GraphQLEventStreamOptions? EventStreams { get; init; } = new();

    /// <summary>What pings and timeouts of WebSockets and of event streams are measured by.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The IDE for browsers; null for none.</summary>
    public IdeOptions? Ide { get; init; }
}
