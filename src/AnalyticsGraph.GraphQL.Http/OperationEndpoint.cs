using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// Serves trusted operations as resources of their own: <c>GET .../operations/{name or hash}?variable=value</c>. The status tells whether the operation ran, and an answer without
/// errors has a strong tag over its bytes.
/// </summary>
internal sealed class OperationEndpoint(GraphQLEndpoint endpoint, GraphQLHttpOptions options)
{
    /// <summary>The route below the endpoint's own.</summary>
    public const string Pattern = "operations/{id}";

    public Task HandleAsync(HttpContext http) => endpoint.GuardAsync(http, ServeAsync);

    private async Task ServeAsync(HttpContext http)
    {
        var mediaType = GraphQLEndpoint.NegotiateWhole(http);
        var executor = endpoint.Executor(http);
        var id = (string)http.GetRouteValue("id")!;
        var operation = executor.FindTrusted(id)
            ?? throw new HttpFaultException(StatusCodes.Status404NotFound, $"No trusted operation is called \"{id}\".", ErrorCodes.PersistedQueryNotFound);
        var parameters = new RequestParameters { DocumentId = id, Variables = OperationVariables.Read(executor.Schema.Schema, operation, http.Request.Query) };
        var request = parameters.ToRequest(http, options, allowMutations: false, allowParts: false);
        using var result = await executor.ExecuteAsync(request, http.RequestAborted).ConfigureAwait(false);
        http.RequestAborted.ThrowIfCancellationRequested();
        if (!result.Errors.IsEmpty)
        {
            http.Response.Headers.CacheControl = "no-store";
            var status = result.IsRequestError ? GraphQLEndpoint.StatusOf(result, ResponseMediaType.GraphQLResponse, allowMutations: false) : StatusCodes.Status200OK;
            await WholeResponse.WriteAsync(http, status, mediaType, result).ConfigureAwait(false);
            return;
        }

        // What tells of one request is no answer to the next.
        if (request.Profile != ProfileDetail.None)
        {
            http.Response.Headers.CacheControl = "no-store";
            await WholeResponse.WriteAsync(http, StatusCodes.Status200OK, mediaType, result).ConfigureAwait(false);
            return;
        }

        http.Response.Headers.CacheControl = options.OperationCacheControl;
        WholeResponse.SetVary(http);
        if (!EntityTag.IsKnown(http, EntityTag.Of(result.Body.Span, mediaType)))
        {
            await WholeResponse.WriteAsync(http, StatusCodes.Status200OK, mediaType, result).ConfigureAwait(false);
        }
    }
}
