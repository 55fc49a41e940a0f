using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>The errors of series.</summary>
internal static class SeriesErrors
{
    /// <summary>More points than may be returned unthinned.</summary>
    /// <param name="key">The metric.</param>
    /// <param name="count">How many points there are, as far as known.</param>
    /// <param name="limit">The limit, of one series or of all series of a request.</param>
    public static GraphQLException TooManyPoints(string key, long count, long limit) => new(new GraphQLError(
        $"The series `{key}` and those asked for with it have {count} points or more; at most {limit} are read unthinned. Ask for a `sample`, such as `{{minMax: {{points: 1000}}}}`, or for a narrower window with `from` and `to`.",
        ErrorCodes.LimitExceeded)
    {
        Extensions = ImmutableDictionary<string, object?>.Empty.Add("limit", limit),
    });
}
