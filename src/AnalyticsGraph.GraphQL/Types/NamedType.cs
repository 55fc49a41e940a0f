using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A type with a name; belongs to one schema.</summary>
public abstract class NamedType(string name, string? description, ImmutableArray<DirectiveNode> directives) : GraphQLType
{
    /// <summary>The type's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its description, or null.</summary>
    public string? Description { get; } = description;

    /// <summary>Directives applied in the SDL, those of extensions included, in order.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <inheritdoc />
    public sealed override NamedType Named => this;

    /// <inheritdoc />
    public sealed override string ToString() => Name;
}
