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
