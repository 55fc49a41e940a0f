using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>How large a plan may become.</summary>
/// <param name="MaxDepth">How deep objects may nest.</param>
/// <param name="MaxFields">How many fields it may have, those of all possible types counted.</param>
internal sealed record PlanLimits(int MaxDepth, int MaxFields)
{
    /// <summary>The error of a plan that outgrows a limit.</summary>
    public static GraphQLException Exceeded(string message) => new(new GraphQLError(message + " Split it.", ErrorCodes.LimitExceeded));
}
