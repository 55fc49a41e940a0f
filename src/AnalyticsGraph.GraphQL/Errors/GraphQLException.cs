namespace AnalyticsGraph.GraphQL.Errors;

/// <summary>Thrown by a resolver or a store to give its field an error that may be shown to callers as it is.</summary>
public class GraphQLException : Exception
{
    /// <summary>Makes an exception that carries an error.</summary>
    /// <param name="error">The error; path and locations are completed by the executor where they are missing.</param>
    /// <param name="inner">What caused it; never told to the caller. An error of the code <see cref="ErrorCodes.Internal"/> goes to the log with it.</param>
    public GraphQLException(GraphQLError error, Exception? inner = null)
        : base(error.Message, inner) => Error = error;

    /// <summary>The error.</summary>
    public GraphQLError Error { get; }
}
