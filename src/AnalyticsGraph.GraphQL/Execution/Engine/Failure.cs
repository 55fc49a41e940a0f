using System.Collections.Immutable;
using System.Diagnostics;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What a caller is told of an exception: its own error, or that something went wrong, with an id that the log has too.</summary>
internal static class Failure
{
    private const string TraceId = "traceId";

    /// <summary>The error, and the log told where the server is at fault.</summary>
    public static GraphQLError ToError(Exception exception, string? field, GraphQLExecutorOptions options)
    {
        var known = (exception as GraphQLException)?.Error;
        if (known is not null && (known.Code != ErrorCodes.Internal || known.Extensions?.ContainsKey(TraceId) == true))
        {
            return known;
        }

        var traceId = Activity.Current?.TraceId.ToHexString() ?? ActivityTraceId.CreateRandom().ToHexString();
        options.OnUnexpectedError?.Invoke(new UnexpectedError(traceId, field, exception));
        var error = known ?? new GraphQLError($"The server failed unexpectedly. Its log has the details under the trace id {traceId}.", ErrorCodes.Internal);
        return error with { Extensions = (error.Extensions ?? ImmutableDictionary<string, object?>.Empty).Add(TraceId, traceId) };
    }
}
