using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.5: a scalar with its coercions.</summary>
public sealed class ScalarType(
    string name,
    string? description,
    ImmutableArray<DirectiveNode> directives,
    string? specifiedByUrl,
    ScalarCoercion coercion) : NamedType(name, description, directives)
{
    /// <summary>The URL of <c>@specifiedBy</c>, or null.</summary>
    public string? SpecifiedByUrl { get; } = specifiedByUrl;

    /// <summary>How input values of it are read.</summary>
    public ScalarCoercion Coercion { get; } = coercion;
}

/// <summary>Sections 3.6 and 3.7: what objects and interfaces share.</summary>
public abstract class ComplexType(string name, string? description, ImmutableArray<DirectiveNode> directives)
    : NamedType(name, description, directives)
{
    /// <summary>The fields by name, in the order of the SDL (see <see cref="FieldDefinition.Index"/>).</summary>
    public IReadOnlyDictionary<string, FieldDefinition> Fields { get; internal set; } = FrozenDictionary<string, FieldDefinition>.Empty;

    /// <summary>The interfaces it implements, in order.</summary>
    public ImmutableArray<InterfaceType> Interfaces { get; internal set; } = [];
}

/// <summary>Section 3.6: an object type.</summary>
public sealed class ObjectType(string name, string? description, ImmutableArray<DirectiveNode> directives) : ComplexType(name, description, directives);

/// <summary>Section 3.7: an interface type.</summary>
public sealed class InterfaceType(string name, string? description, ImmutableArray<DirectiveNode> directives) : ComplexType(name, description, directives);

/// <summary>Section 3.8: a union type.</summary>
public sealed class UnionType(string name, string? description, ImmutableArray<DirectiveNode> directives) : NamedType(name, description, directives)
{
    /// <summary>The member types, in order.</summary>
    public ImmutableArray<ObjectType> Types { get; internal set; } = [];
}

/// <summary>Section 3.9: an enum type.</summary>
public sealed class EnumType(string name, string? description, ImmutableArray<DirectiveNode> directives) : NamedType(name, description, directives)
{
    /// <summary>The values by name, in the order of the SDL.</summary>
    public IReadOnlyDictionary<string, EnumValue> Values { get; internal set; } = FrozenDictionary<string, EnumValue>.Empty;
}

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

/// <summary>Section 3.10: an input object type.</summary>
public sealed class InputObjectType(string name, string? description, ImmutableArray<DirectiveNode> directives, bool isOneOf)
    : NamedType(name, description, directives)
{
    /// <summary>The fields by name, in the order of the SDL.</summary>
    public IReadOnlyDictionary<string, InputValueDefinition> Fields { get; internal set; } = FrozenDictionary<string, InputValueDefinition>.Empty;

    /// <summary>Section 3.10.1: exactly one field must be given, and not null.</summary>
    public bool IsOneOf { get; } = isOneOf;
}

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
