using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// Answers operations by server-sent events. Distinct connections: a request that accepts <c>text/event-stream</c> is answered by a stream of its own. Single connection: a client
/// reserves one by PUT, opens it by GET with the token it got, begins operations by POST and ends them by DELETE.
/// </summary>
internal sealed class EventStreamEndpoint(GraphQLHttpOptions options)
{
    private const string TokenHeader = "X-GraphQL-Event-Stream-Token";

    private readonly GraphQLEventStreamOptions _streams = options.EventStreams!;
    private readonly ConcurrentDictionary<string, EventStreamSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Whether a request speaks of event streams.</summary>
    public static bool IsAsked(HttpRequest request) => request.Method switch
    {
        "PUT" or "DELETE" => true,
        "GET" or "POST" => ResponseMediaType.PrefersEvents(request.Headers.Accept) || TokenOf(request) is not null,
        _ => false,
    };

    /// <summary>Answers it.</summary>
    /// <exception cref="HttpFaultException">It cannot be answered.</exception>
    public Task HandleAsync(HttpContext http, GraphQLExecutor executor)
    {
        var token = TokenOf(http.Request);
        return http.Request.Method switch
        {
            "PUT" => ReserveAsync(http),
            "DELETE" => CompleteAsync(http, Session(token)),
            "GET" when token is not null => OpenAsync(http, Session(token)),
            "POST" when token is not null => BeginAsync(http, executor, Session(token)),
            _ => AnswerAsync(http, executor),
        };
    }

    private static string? TokenOf(HttpRequest request) =>
        request.Headers.TryGetValue(TokenHeader, out var header) ? header.ToString()
        : request.QueryString.HasValue && request.Query.TryGetValue("token", out var parameter) ? parameter.ToString()
        : null;

    private EventStreamSession Session(string? token) => token is not null && _sessions.TryGetValue(token, out var session)
        ? session
        : throw new HttpFaultException(StatusCodes.Status404NotFound, "There is no stream of that token. Reserve one by PUT.", ErrorCodes.NotFound);

    private async Task AnswerAsync(HttpContext http, GraphQLExecutor executor)
    {
        var stopping = ServerStop.Token(http);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        await using var responses = await SubscribeAsync(http, http, executor, ended.Token).ConfigureAwait(false);
        await using var stream = await EventStream.OpenAsync(http, _streams.KeepAliveInterval, options.TimeProvider).ConfigureAwait(false);
        await stream.WriteAllAsync(responses, null, stopping).ConfigureAwait(false);
    }

    private async Task ReserveAsync(HttpContext http)
    {
        if (_sessions.Count >= _streams.MaxReservations)
        {
            throw new HttpFaultException(StatusCodes.Status429TooManyRequests, "As many event streams are reserved or open as may be. Try again later.", ErrorCodes.ResourceExhausted);
        }

        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var session = new EventStreamSession(_streams, options.TimeProvider, () => _sessions.TryRemove(token, out _));
        _sessions[token] = session;
        session.Reserve();
        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(token, http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task OpenAsync(HttpContext http, EventStreamSession session)
    {
        if (!ResponseMediaType.PrefersEvents(http.Request.Headers.Accept))
        {
            throw new HttpFaultException(StatusCodes.Status406NotAcceptable, "The stream of a token is text/event-stream; accept it.");
        }

        if (!session.TryTake())
        {
            throw new HttpFaultException(StatusCodes.Status409Conflict, "The stream of this token is open already.", ErrorCodes.Conflict);
        }

        await session.RunAsync(http, ServerStop.Token(http)).ConfigureAwait(false);
    }

    private async Task BeginAsync(HttpContext http, GraphQLExecutor executor, EventStreamSession session)
    {
        // Events are executed when this request is long gone: what configures them is the stream's.
        var stream = await session.Stream.WaitAsync(http.RequestAborted).ConfigureAwait(false);
        EventStreamOperation? operation = null;
        ResponseStream responses;
        try
        {
            responses = await SubscribeAsync(http, stream.Http, executor, default, parameters => (operation = session.Add(OperationIdOf(parameters))).Token).ConfigureAwait(false);
        }
        catch when (operation is not null)
        {
            session.Leave(operation);
            throw;
        }

        if (responses.RequestError is { } refused)
        {
            session.Leave(operation!);
            await using (responses)
            {
                var mediaType = ResponseMediaType.Negotiate(http.Request.Headers.Accept) ?? ResponseMediaType.GraphQLResponse;
                await WholeResponse.WriteAsync(http, GraphQLEndpoint.StatusOf(refused, ResponseMediaType.GraphQLResponse, allowMutations: true), mediaType, refused).ConfigureAwait(false);
            }

            return;
        }

        _ = session.RunAsync(operation!, stream, responses);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task CompleteAsync(HttpContext http, EventStreamSession session)
    {
        var id = http.Request.Query["operationId"].ToString();
        if (id.Length == 0)
        {
            throw HttpFaultException.BadRequest("Parameter \"operationId\" is missing.");
        }

        await session.CompleteAsync(id).ConfigureAwait(false);
        http.Response.StatusCode = StatusCodes.Status200OK;
    }

    /// <summary>Begins the operation that a request asks for.</summary>
    /// <param name="http">The request.</param>
    /// <param name="configuring">The request that lives as long as the operation.</param>
    /// <param name="executor">Runs it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="admit">Admits it where it shares a stream, and yields what ends it.</param>
    private async Task<ResponseStream> SubscribeAsync(
        HttpContext http, HttpContext configuring, GraphQLExecutor executor, CancellationToken cancellation, Func<RequestParameters, CancellationToken>? admit = null)
    {
        if (HttpMethods.IsGet(http.Request.Method))
        {
            return await SubscribeAsync(RequestParameters.FromQuery(http.Request.Query), allowMutations: false).ConfigureAwait(false);
        }

        var body = await RequestBody.ReadAsync(http.Request, options.MaxRequestBytes, http.RequestAborted).ConfigureAwait(false);
        try
        {
            return await SubscribeAsync(RequestJson.Read(body.Memory), allowMutations: true).ConfigureAwait(false);
        }
        finally
        {
            body.Release();
        }

        async Task<ResponseStream> SubscribeAsync(RequestParameters parameters, bool allowMutations)
        {
            try
            {
                // Admitted first: what configures the operation stays as long as it does.
                var ended = admit?.Invoke(parameters) ?? cancellation;
                var request = parameters.ToRequest(configuring, options, allowMutations, allowParts: true);
                return await executor.SubscribeAsync(request, ended).ConfigureAwait(false);
            }
            finally
            {
                parameters.Return();
            }
        }
    }

    private static string OperationIdOf(RequestParameters parameters) =>
        parameters.Extensions is { } extensions && extensions.TryGetProperty("operationId", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text
            ? text
            : throw HttpFaultException.BadRequest("Parameter \"extensions\" needs an \"operationId\": a string that tells the operation from others of the stream.");
}
