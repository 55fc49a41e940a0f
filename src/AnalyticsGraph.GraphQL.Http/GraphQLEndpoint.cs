using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// Answers GraphQL over HTTP: POST with JSON, GET with parameters in the URL. What is wrong with the HTTP request is answered before anything is executed, by a 4xx with
/// the errors as GraphQL writes them.
/// </summary>
internal sealed class GraphQLEndpoint(Func<GraphQLExecutor?> executor, GraphQLHttpOptions options, IdeEndpoint? ide)
{
    private readonly SdlEndpoint _sdl = new(options.Sdl);
    private readonly SocketEndpoint? _sockets = options.WebSockets is null ? null : new SocketEndpoint(options);
    private readonly EventStreamEndpoint? _streams = options.EventStreams is null ? null : new EventStreamEndpoint(options);

    /// <summary>Takes requests that want to be WebSockets through the middleware that makes them; null if there are none.</summary>
    public RequestDelegate? SocketPipeline { get; init; }

    /// <summary>Serves a request that the middleware of WebSockets has prepared.</summary>
    public Task HandleSocketAsync(HttpContext http) => _sockets!.HandleAsync(http, Executor(http));

    public Task HandleAsync(HttpContext http) => GuardAsync(http, RouteAsync);

    /// <summary>Answers a request, or tells what is wrong with it.</summary>
    public async Task GuardAsync(HttpContext http, Func<HttpContext, Task> answer)
    {
        try
        {
            await answer(http).ConfigureAwait(false);
        }
        catch (HttpFaultException fault)
        {
            await WholeResponse.WriteAsync(http, fault.Status, TypeOfFaults(http), new GraphQLError(fault.Message, fault.Code)).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            http.Abort();
        }
        catch (Exception exception) when (!http.Response.HasStarted && executor() is { } ready)
        {
            await WholeResponse.WriteAsync(http, StatusCodes.Status500InternalServerError, TypeOfFaults(http), ready.ToError(exception)).ConfigureAwait(false);
        }
    }

    /// <summary>The executor.</summary>
    /// <exception cref="HttpFaultException">The server is starting.</exception>
    public GraphQLExecutor Executor(HttpContext http)
    {
        if (executor() is { } ready)
        {
            return ready;
        }

        http.Response.Headers.RetryAfter = "1";
        throw new HttpFaultException(StatusCodes.Status503ServiceUnavailable, "The server is starting; try again in a moment.", ErrorCodes.StoreUnavailable);
    }

    /// <summary>The media type of a response in one piece.</summary>
    /// <exception cref="HttpFaultException">None is accepted.</exception>
    public static ResponseMediaType NegotiateWhole(HttpContext http) => ResponseMediaType.Negotiate(http.Request.Headers.Accept) ?? throw NotAcceptable();

    // A stream is refused by plain JSON: who asks for events alone has named no other type.
    private ResponseMediaType TypeOfFaults(HttpContext http) =>
        _streams is not null && EventStreamEndpoint.IsAsked(http.Request) ? ResponseMediaType.Json : TryNegotiate(http) ?? ResponseMediaType.Json;

    private static ResponseMediaType? TryNegotiate(HttpContext http) => ResponseMediaType.Negotiate(http.Request.Headers.Accept)
        ?? (PartsMediaType.Negotiate(http.Request.Headers.Accept) is not null ? ResponseMediaType.Parts : null);

    private static ResponseMediaType Negotiate(HttpContext http) => TryNegotiate(http) ?? throw NotAcceptable();

    private static HttpFaultException NotAcceptable() => new(
        StatusCodes.Status406NotAcceptable, "None of the accepted media types can be answered with; accept application/graphql-response+json or application/json.");

    private async Task RouteAsync(HttpContext http)
    {
        if (SocketPipeline is not null && SocketEndpoint.IsAsked(http))
        {
            await SocketPipeline(http).ConfigureAwait(false);
        }
        else if (_streams is not null && EventStreamEndpoint.IsAsked(http.Request))
        {
            await _streams.HandleAsync(http, Executor(http)).ConfigureAwait(false);
        }
        else if (HttpMethods.IsPost(http.Request.Method))
        {
            await PostAsync(http, Negotiate(http)).ConfigureAwait(false);
        }
        else if (HttpMethods.IsGet(http.Request.Method))
        {
            if (RequestParameters.AreIn(http.Request.Query) || !await TryServeDocumentsAsync(http).ConfigureAwait(false))
            {
                var mediaType = Negotiate(http);
                await ExecuteAsync(http, mediaType, RequestParameters.FromQuery(http.Request.Query), allowMutations: false).ConfigureAwait(false);
            }
        }
        else
        {
            http.Response.Headers.Allow = _streams is null ? "GET, POST" : "GET, POST, PUT, DELETE";
            throw new HttpFaultException(StatusCodes.Status405MethodNotAllowed, $"Method {http.Request.Method} is not allowed; send GET or POST.");
        }
    }

    private async Task<bool> TryServeDocumentsAsync(HttpContext http)
    {
        if (options.ServeSdl && http.Request.Query.ContainsKey("sdl"))
        {
            await _sdl.ServeAsync(http, Executor(http)).ConfigureAwait(false);
            return true;
        }

        if (ide is not null && ResponseMediaType.PrefersHtml(http.Request.Headers.Accept))
        {
            await ide.ServePageAsync(http).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    private async Task PostAsync(HttpContext http, ResponseMediaType mediaType)
    {
        var body = await RequestBody.ReadAsync(http.Request, options.MaxRequestBytes, http.RequestAborted).ConfigureAwait(false);
        try
        {
            if (RequestBatch.IsList(body.Memory.Span))
            {
                await AnswerAsync(http, RequestBatch.Read(body.Memory, options)).ConfigureAwait(false);
                return;
            }

            var parameters = RequestJson.Read(body.Memory);
            await (parameters.HasVariableSets
                ? AnswerAsync(http, RequestBatch.OfVariables(parameters, options))
                : ExecuteAsync(http, mediaType, parameters, allowMutations: true)).ConfigureAwait(false);
        }
        finally
        {
            body.Release();
        }
    }

    private async Task AnswerAsync(HttpContext http, RequestBatch batch)
    {
        using (batch)
        {
            var mediaType = NegotiateWhole(http);
            await batch.AnswerAsync(http, Executor(http), mediaType).ConfigureAwait(false);
        }
    }

    private async Task ExecuteAsync(HttpContext http, ResponseMediaType mediaType, RequestParameters parameters, bool allowMutations)
    {
        try
        {
            var parts = PartsMediaType.Negotiate(http.Request.Headers.Accept);
            var request = parameters.ToRequest(http, options, allowMutations, allowParts: parts is not null);
            using var result = await Executor(http).ExecuteAsync(request, http.RequestAborted).ConfigureAwait(false);
            if (result is IncrementalResult || mediaType == ResponseMediaType.Parts)
            {
                await PartsResponse.WriteAsync(http, parts!, result).ConfigureAwait(false);
                return;
            }

            http.RequestAborted.ThrowIfCancellationRequested();
            var status = result.IsRequestError ? StatusOf(result, mediaType, allowMutations) : StatusCodes.Status200OK;
            await WholeResponse.WriteAsync(http, status, mediaType, result).ConfigureAwait(false);
        }
        finally
        {
            parameters.Return();
        }
    }

    /// <summary>Sections 6.4.1 and 6.4.2: with <c>application/json</c> a well-formed request is answered 200 whatever its document; a fault of ours never is.</summary>
    public static int StatusOf(ExecutionResult result, ResponseMediaType mediaType, bool allowMutations) => result.Errors[0].Code switch
    {
        ErrorCodes.Internal => StatusCodes.Status500InternalServerError,
        ErrorCodes.OperationNotAllowed when !allowMutations => StatusCodes.Status405MethodNotAllowed,
        ErrorCodes.BadRequest => StatusCodes.Status400BadRequest,
        _ when mediaType == ResponseMediaType.Json => StatusCodes.Status200OK,
        ErrorCodes.StoreUnavailable or ErrorCodes.Cancelled => StatusCodes.Status503ServiceUnavailable,
        ErrorCodes.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status400BadRequest,
    };
}
