using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>An argument or an input object's field.</summary>
public sealed class InputValueDefinition(
    string name,
    string? description,
    ImmutableArray<DirectiveNode> directives,
    string? deprecationReason,
    ValueNode? defaultValueLiteral,
    int index)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>The description, or null.</summary>
    public string? Description { get; } = description;

    /// <summary>Directives applied in the SDL.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <summary>Why it is deprecated; null when it is not.</summary>
    public string? DeprecationReason { get; } = deprecationReason;

    /// <summary>The default as written; null when there is none.</summary>
    public ValueNode? DefaultValueLiteral { get; } = defaultValueLiteral;

    /// <summary>Its place among its siblings, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Its type.</summary>
    public GraphQLType Type { get; internal set; } = null!;

    /// <summary>The default after coercion (meaningful only if <see cref="HasDefault"/>).</summary>
    public object? DefaultValue { get; internal set; }

    /// <summary>Whether a default is defined.</summary>
    public bool HasDefault => DefaultValueLiteral is not null;

    /// <summary>Sections 3.6.1 and 3.10: non-null without a default.</summary>
    public bool IsRequired => Type is NonNullType && !HasDefault;
}
