using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Server.Export;

/// <summary>Why there is no export, as its caller is told.</summary>
internal static class ExportException
{
    /// <summary>An argument that does not fit.</summary>
    public static GraphQLException BadInput(string message) => new(new GraphQLError(message, ErrorCodes.BadUserInput));

    /// <summary>More than may be exported.</summary>
    public static GraphQLException Limit(string message) => new(new GraphQLError(message, ErrorCodes.LimitExceeded));
}
