using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Where in which document.</summary>
/// <param name="Document">The document's name, or null.</param>
/// <param name="Location">The place in it.</param>
public readonly record struct SchemaPlace(string? Document, Location Location)
{
    /// <summary>As editors and terminals understand it: <c>run.graphql:12:3</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Document ?? "SDL"}:{Location.Line}:{Location.Column}");
}
