using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Errors;

/// <summary>Section 7.1.2: an error of a response. Immutable.</summary>
/// <param name="Message">What happened and what to do, for the caller's developer.</param>
/// <param name="Code">The stable <c>extensions.code</c>, one of <see cref="ErrorCodes"/>.</param>
public sealed record GraphQLError(string Message, string Code)
{
    /// <summary>Where in the document; empty when it does not belong to a place.</summary>
    public ImmutableArray<Location> Locations { get; init; } = [];

    /// <summary>The path in the response: strings and 32-bit integers; default when it does not belong to a field.</summary>
    public ImmutableArray<object> Path { get; init; }

    /// <summary>More entries of <c>extensions</c> beside the code; null when there are none.</summary>
    public ImmutableDictionary<string, object?>? Extensions { get; init; }
}

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
