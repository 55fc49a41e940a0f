using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A field of an object or interface type.</summary>
public sealed class FieldDefinition(
    string name,
    string? description,
    ImmutableArray<DirectiveNode> directives,
    string? deprecationReason,
    int index)
{
    /// <summary>The field's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its description, or null.</summary>
    public string? Description { get; } = description;

    /// <summary>Directives applied in the SDL, mapping directives included.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <summary>Why it is deprecated; null when it is not.</summary>
    public string? DeprecationReason { get; } = deprecationReason;

    /// <summary>Its place among its type's fields, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>The type that declares it.</summary>
    public ComplexType DeclaringType { get; internal set; } = null!;

    /// <summary>Its type.</summary>
    public GraphQLType Type { get; internal set; } = null!;

    /// <summary>Its arguments by name, in order.</summary>
    public IReadOnlyDictionary<string, InputValueDefinition> Arguments { get; internal set; } = FrozenDictionary<string, InputValueDefinition>.Empty;

    /// <inheritdoc />
    public override string ToString() => $"{DeclaringType.Name}.{Name}";
}
