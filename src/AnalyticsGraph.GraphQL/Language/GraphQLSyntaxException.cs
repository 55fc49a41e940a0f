using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>A text is no GraphQL document, or is larger than its <see cref="ParserLimits"/> allow.</summary>
public sealed class GraphQLSyntaxException : GraphQLException
{
    internal GraphQLSyntaxException(string message, Location location, string code = ErrorCodes.Syntax)
        : base(new GraphQLError(message, code) { Locations = [location] })
    {
    }

    /// <summary>Where the text goes wrong.</summary>
    public Location Location => Error.Locations[0];
}
