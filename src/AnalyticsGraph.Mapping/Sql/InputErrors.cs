using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>The errors that arguments of mapped fields can earn.</summary>
internal static class InputErrors
{
    public static GraphQLException Bad(string message) => new(new GraphQLError(message, ErrorCodes.BadUserInput));

    public static GraphQLException Limit(string message) => new(new GraphQLError(message, ErrorCodes.LimitExceeded));
}
