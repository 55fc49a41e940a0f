using AnalyticsGraph.GraphQL.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>What streams must know of the server's stop: they would go on for ever.</summary>
internal static class ServerStop
{
    /// <summary>What the client of each stream is told.</summary>
    public static GraphQLError Error { get; } = new("The server is stopping. Connect again in a moment.", ErrorCodes.Cancelled);

    /// <summary>Cancelled when the server begins to stop.</summary>
    public static CancellationToken Token(HttpContext http) => http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
}
