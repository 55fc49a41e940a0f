using System.Diagnostics;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>Errors of the endpoints that are not GraphQL, as problem details (RFC 9457) with the codes of docs/errors.md.</summary>
internal static class ProblemAnswers
{
    /// <summary>The status that goes with a code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="beyondLimit">The status of what is beyond a limit: of the body, or of what was asked for.</param>
    public static int StatusOf(string code, int beyondLimit) => code switch
    {
        ErrorCodes.NotFound => StatusCodes.Status404NotFound,
        ErrorCodes.Conflict => StatusCodes.Status409Conflict,
        ErrorCodes.LimitExceeded => beyondLimit,
        ErrorCodes.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        ErrorCodes.StoreUnavailable or ErrorCodes.Cancelled => StatusCodes.Status503ServiceUnavailable,
        ErrorCodes.Internal or ErrorCodes.NonNullViolation => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Tells a problem.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="code">The code.</param>
    /// <param name="title">What did not happen.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="more">What else there is to tell; what is null is left out.</param>
    public static Task TellAsync(HttpContext http, int status, string code, string title, string message, params IEnumerable<KeyValuePair<string, object?>> more) =>
        Results.Problem(message, statusCode: status, title: title, extensions: more.Where(entry => entry.Value is not null).Prepend(new("code", code))).ExecuteAsync(http);

    /// <summary>Tells what ASP.NET refused.</summary>
    public static Task TellAsync(HttpContext http, BadHttpRequestException fault, string title) =>
        TellAsync(http, fault.StatusCode, fault.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorCodes.LimitExceeded : ErrorCodes.BadRequest, title, fault.Message);

    /// <summary>Tells of a fault of the server no more than where the log has it.</summary>
    public static Task TellFaultAsync(HttpContext http, ILogger logger, Exception fault, string title)
    {
        var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("n");
        logger.LogError(fault, "{Path} failed ({Trace}).", http.Request.Path, trace);
        return TellAsync(http, StatusCodes.Status500InternalServerError, ErrorCodes.Internal, title, $"A fault of the server; its log has more under {trace}.");
    }
}
