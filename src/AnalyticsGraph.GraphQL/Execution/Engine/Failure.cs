using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What a caller is told of an exception: its own error, or that something went wrong, with an id that the log has too.</summary>
internal static class Failure
{
    public static GraphQLError ToError(Exception exception, string? field, GraphQLExecutorOptions options)
    {
        if (exception is GraphQLException known)
        {
            return known.Error;
        }

        var traceId = Activity.Current?.TraceId.ToHexString() ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        options.OnUnexpectedError?.Invoke(new UnexpectedError(traceId, field, exception));
        return new GraphQLError(
            string.Create(CultureInfo.InvariantCulture, $"The server failed unexpectedly. Its log has the details under the trace id {traceId}."), ErrorCodes.Internal)
        {
            Extensions = ImmutableDictionary<string, object?>.Empty.Add("traceId", traceId),
        };
    }
}
