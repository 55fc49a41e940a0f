namespace AnalyticsGraph.GraphQL.Language;

/// <summary>A node of the syntax tree of GraphQL, September 2025 edition. Nodes are immutable.</summary>
/// <param name="location">Where the node stands; the default value for nodes made by code.</param>
public abstract class SyntaxNode(Location location)
{
    /// <summary>Where the node stands in its source; all zero for a node made by code.</summary>
    public Location Location { get; } = location;
}
