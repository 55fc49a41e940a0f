using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>The errors of series.</summary>
internal static class SeriesErrors
{
    /// <summary>An argument that does not fit.</summary>
    /// <param name="argument">Its path within the field's arguments.</param>
    /// <param name="message">What is wrong and what would fit.</param>
    public static GraphQLException BadInput(string argument, string message) => new(new GraphQLError(message, ErrorCodes.BadUserInput)
    {
        Extensions = ImmutableDictionary<string, object?>.Empty.Add("argument", argument),
    });

    /// <summary>A series with more points than may be returned unthinned.</summary>
    /// <param name="key">The metric.</param>
    /// <param name="count">Its points in the window, as far as known.</param>
    /// <param name="limit">The limit.</param>
    public static GraphQLException TooManyPoints(string key, long count, long limit) => new(new GraphQLError(
        $"The series `{key}` has {count} points here; at most {limit} are returned unthinned. Ask for a `sample`, such as `{{lttb: {{points: 1000}}}}`, or a narrower window with `from` and `to`.",
        ErrorCodes.LimitExceeded)
    {
        Extensions = ImmutableDictionary<string, object?>.Empty.Add("limit", limit),
    });
}
