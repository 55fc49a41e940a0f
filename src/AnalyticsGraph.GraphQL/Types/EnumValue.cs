using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A value of an enum type.</summary>
public sealed class EnumValue(string name, string? description, ImmutableArray<DirectiveNode> directives, string? deprecationReason)
{
    /// <summary>The value's name; also its internal value.</summary>
    public string Name { get; } = name;

    /// <summary>Its description, or null.</summary>
    public string? Description { get; } = description;

    /// <summary>Directives applied in the SDL.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <summary>Why it is deprecated; null when it is not.</summary>
    public string? DeprecationReason { get; } = deprecationReason;
}
