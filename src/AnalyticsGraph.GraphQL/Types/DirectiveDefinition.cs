using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.13: a directive's definition.</summary>
public sealed class DirectiveDefinition(string name, string? description, bool isRepeatable, ImmutableArray<string> locations)
{
    /// <summary>The name without <c>@</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The description, or null.</summary>
    public string? Description { get; } = description;

    /// <summary>Whether it may stand more than once at a place.</summary>
    public bool IsRepeatable { get; } = isRepeatable;

    /// <summary>Where it may stand, as <c>DirectiveLocation</c> names such as <c>FIELD_DEFINITION</c>.</summary>
    public ImmutableArray<string> Locations { get; } = locations;

    /// <summary>Its arguments by name, in order.</summary>
    public IReadOnlyDictionary<string, InputValueDefinition> Arguments { get; internal set; } = FrozenDictionary<string, InputValueDefinition>.Empty;
}
