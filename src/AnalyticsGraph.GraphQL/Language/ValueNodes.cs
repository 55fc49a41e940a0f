using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Section 2.9: an input value as written.</summary>
public abstract class ValueNode(Location location) : SyntaxNode(location);

/// <summary>Section 2.10: <c>$name</c>.</summary>
public sealed class VariableNode(NameNode name, Location location = default) : ValueNode(location)
{
    /// <summary>The name without <c>$</c>.</summary>
    public NameNode Name { get; } = name;
}

/// <summary>Section 2.9.1: an integer as written (any number of digits).</summary>
public sealed class IntValueNode(string value, Location location = default) : ValueNode(location)
{
    /// <summary>The digits as written.</summary>
    public string Value { get; } = value;
}

/// <summary>Section 2.9.2: a number with fraction or exponent, as written.</summary>
public sealed class FloatValueNode(string value, Location location = default) : ValueNode(location)
{
    /// <summary>The text as written.</summary>
    public string Value { get; } = value;
}

/// <summary>Section 2.9.4: a string, unescaped.</summary>
public sealed class StringValueNode(string value, bool block = false, Location location = default) : ValueNode(location)
{
    /// <summary>The value after escapes (and, for a block string, after its indentation is taken off).</summary>
    public string Value { get; } = value;

    /// <summary>Whether it was written as a block string.</summary>
    public bool Block { get; } = block;
}

/// <summary>Section 2.9.3: <c>true</c> or <c>false</c>.</summary>
public sealed class BooleanValueNode(bool value, Location location = default) : ValueNode(location)
{
    /// <summary>The value.</summary>
    public bool Value { get; } = value;
}

/// <summary>Section 2.9.5: <c>null</c>.</summary>
public sealed class NullValueNode(Location location = default) : ValueNode(location);

/// <summary>Section 2.9.6: an enum value.</summary>
public sealed class EnumValueNode(string value, Location location = default) : ValueNode(location)
{
    /// <summary>The name as written.</summary>
    public string Value { get; } = value;
}

/// <summary>Section 2.9.7: a list.</summary>
public sealed class ListValueNode(ImmutableArray<ValueNode> values, Location location = default) : ValueNode(location)
{
    /// <summary>The items.</summary>
    public ImmutableArray<ValueNode> Values { get; } = values;
}

/// <summary>Section 2.9.8: an input object.</summary>
public sealed class ObjectValueNode(ImmutableArray<ObjectFieldNode> fields, Location location = default) : ValueNode(location)
{
    /// <summary>The fields in order, duplicates included (validation finds those).</summary>
    public ImmutableArray<ObjectFieldNode> Fields { get; } = fields;
}

/// <summary>A field of an input object.</summary>
public sealed class ObjectFieldNode(NameNode name, ValueNode value, Location location = default) : SyntaxNode(location)
{
    /// <summary>The field's name.</summary>
    public NameNode Name { get; } = name;

    /// <summary>Its value.</summary>
    public ValueNode Value { get; } = value;
}

/// <summary>Section 2.11: a type reference as written.</summary>
public abstract class TypeNode(Location location) : SyntaxNode(location);

/// <summary>A type by name.</summary>
public sealed class NamedTypeNode(NameNode name, Location location = default) : TypeNode(location)
{
    /// <summary>The type's name.</summary>
    public NameNode Name { get; } = name;

    /// <inheritdoc />
    public override string ToString() => Name.Value;
}

/// <summary><c>[Type]</c>.</summary>
public sealed class ListTypeNode(TypeNode type, Location location = default) : TypeNode(location)
{
    /// <summary>The item's type.</summary>
    public TypeNode Type { get; } = type;

    /// <inheritdoc />
    public override string ToString() => $"[{Type}]";
}

/// <summary><c>Type!</c>.</summary>
public sealed class NonNullTypeNode(TypeNode type, Location location = default) : TypeNode(location)
{
    /// <summary>The wrapped type, named or list.</summary>
    public TypeNode Type { get; } = type;

    /// <inheritdoc />
    public override string ToString() => $"{Type}!";
}
