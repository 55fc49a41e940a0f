using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Maps GraphQL over HTTP (the specification's draft of 2025) to a route.</summary>
public static class GraphQLEndpointRouteBuilderExtensions
{
    /// <summary>Maps an endpoint whose executor is there from the start.</summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="pattern">The route, such as <c>/graphql</c>; the IDE's files stand below it.</param>
    /// <param name="executor">Runs the requests.</param>
    /// <param name="options">Limits, hooks, the IDE; the defaults if null.</param>
    /// <returns>For conventions (authorization, CORS) of the whole endpoint.</returns>
    public static IEndpointConventionBuilder MapGraphQL(this IEndpointRouteBuilder endpoints, string pattern, GraphQLExecutor executor, GraphQLHttpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return endpoints.MapGraphQL(pattern, () => executor, options);
    }

    /// <summary>Maps an endpoint that listens before its executor is there.</summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="pattern">The route, such as <c>/graphql</c>; the IDE's files stand below it.</param>
    /// <param name="executor">Runs the requests; while it yields null, requests are answered 503.</param>
    /// <param name="options">Limits, hooks, the IDE; the defaults if null.</param>
    /// <returns>For conventions (authorization, CORS) of the whole endpoint.</returns>
    public static IEndpointConventionBuilder MapGraphQL(this IEndpointRouteBuilder endpoints, string pattern, Func<GraphQLExecutor?> executor, GraphQLHttpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(executor);
        options ??= new GraphQLHttpOptions();
        var ide = options.Ide is null ? null : new IdeEndpoint(options.Ide);
        GraphQLEndpoint graphQL = null!;
        graphQL = new GraphQLEndpoint(executor, options, ide)
        {
            SocketPipeline = options.WebSockets is null ? null : Pipeline(endpoints, http => graphQL.HandleSocketAsync(http)),
        };

        var group = endpoints.MapGroup(pattern);
        group.Map("", graphQL.HandleAsync).WithDisplayName("GraphQL");
        group.MapMethods(OperationEndpoint.Pattern, [HttpMethods.Get, HttpMethods.Head], new OperationEndpoint(graphQL, options).HandleAsync).WithDisplayName("GraphQL operations");
        if (ide is not null)
        {
            group.MapMethods("{**file}", [HttpMethods.Get, HttpMethods.Head], ide.ServeFileAsync).WithDisplayName("GraphQL IDE");
        }

        return group;
    }

    private static RequestDelegate Pipeline(IEndpointRouteBuilder endpoints, RequestDelegate handle)
    {
        var pipeline = endpoints.CreateApplicationBuilder().UseWebSockets();
        pipeline.Run(handle);
        return pipeline.Build();
    }
}
