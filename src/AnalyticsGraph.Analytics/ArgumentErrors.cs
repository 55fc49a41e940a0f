using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Analytics;

/// <summary>Errors of fields' arguments.</summary>
internal static class ArgumentErrors
{
    /// <summary>An argument that does not fit.</summary>
    /// <param name="argument">Its path within the field's arguments.</param>
    /// <param name="message">What is wrong and what would fit.</param>
    public static GraphQLException BadInput(string argument, string message) => new(new GraphQLError(message, ErrorCodes.BadUserInput)
    {
        Extensions = ImmutableDictionary<string, object?>.Empty.Add("argument", argument),
    });
}
