using AnalyticsGraph.GraphQL.Errors;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>An HTTP request that carries no GraphQL request, or one that may not be sent this way.</summary>
internal sealed class HttpFaultException(int status, string message, string code = ErrorCodes.BadRequest) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public static HttpFaultException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);
}
