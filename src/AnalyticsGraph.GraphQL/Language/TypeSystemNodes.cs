using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Section 3: a definition or extension of the type system.</summary>
public abstract class TypeSystemDefinitionNode(
    StringValueNode? description,
    ImmutableArray<DirectiveNode> directives,
    bool isExtension,
    Location location) : DefinitionNode(location)
{
    /// <summary>The description, or null. Extensions have none.</summary>
    public StringValueNode? Description { get; } = description;

    /// <summary>Directives applied to the definition.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <summary>True for <c>extend ...</c>.</summary>
    public bool IsExtension { get; } = isExtension;
}

/// <summary>Section 3.3: <c>schema { }</c> or its extension.</summary>
public sealed class SchemaDefinitionNode(
    StringValueNode? description,
    ImmutableArray<DirectiveNode> directives,
    ImmutableArray<RootOperationTypeNode> operationTypes,
    bool isExtension = false,
    Location location = default) : TypeSystemDefinitionNode(description, directives, isExtension, location)
{
    /// <summary>The root operation types.</summary>
    public ImmutableArray<RootOperationTypeNode> OperationTypes { get; } = operationTypes;
}

/// <summary><c>query: Query</c> in a schema definition.</summary>
public sealed class RootOperationTypeNode(OperationType operation, NamedTypeNode type, Location location = default) : SyntaxNode(location)
{
    /// <summary>The operation.</summary>
    public OperationType Operation { get; } = operation;

    /// <summary>Its root type.</summary>
    public NamedTypeNode Type { get; } = type;
}

/// <summary>Section 3.13: a directive's definition.</summary>
public sealed class DirectiveDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<InputValueDefinitionNode> arguments,
    bool isRepeatable,
    ImmutableArray<NameNode> locations,
    Location location = default) : TypeSystemDefinitionNode(description, [], false, location)
{
    /// <summary>The name without <c>@</c>.</summary>
    public NameNode Name { get; } = name;

    /// <summary>Its arguments.</summary>
    public ImmutableArray<InputValueDefinitionNode> Arguments { get; } = arguments;

    /// <summary>Whether it may stand more than once at a place.</summary>
    public bool IsRepeatable { get; } = isRepeatable;

    /// <summary>Where it may stand.</summary>
    public ImmutableArray<NameNode> Locations { get; } = locations;
}

/// <summary>A definition or extension of a named type.</summary>
public abstract class TypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<DirectiveNode> directives,
    bool isExtension,
    Location location) : TypeSystemDefinitionNode(description, directives, isExtension, location)
{
    /// <summary>The type's name.</summary>
    public NameNode Name { get; } = name;
}

/// <summary>Section 3.5: a scalar.</summary>
public sealed class ScalarTypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<DirectiveNode> directives,
    bool isExtension = false,
    Location location = default) : TypeDefinitionNode(description, name, directives, isExtension, location);

/// <summary>Sections 3.6 and 3.7: what object and interface definitions share.</summary>
public abstract class ComplexTypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<NamedTypeNode> interfaces,
    ImmutableArray<DirectiveNode> directives,
    ImmutableArray<FieldDefinitionNode> fields,
    bool isExtension,
    Location location) : TypeDefinitionNode(description, name, directives, isExtension, location)
{
    /// <summary>The interfaces it says it implements.</summary>
    public ImmutableArray<NamedTypeNode> Interfaces { get; } = interfaces;

    /// <summary>Its fields.</summary>
    public ImmutableArray<FieldDefinitionNode> Fields { get; } = fields;
}

/// <summary>Section 3.6: an object type.</summary>
public sealed class ObjectTypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<NamedTypeNode> interfaces,
    ImmutableArray<DirectiveNode> directives,
    ImmutableArray<FieldDefinitionNode> fields,
    bool isExtension = false,
    Location location = default) : ComplexTypeDefinitionNode(description, name, interfaces, directives, fields, isExtension, location);

/// <summary>Section 3.7: an interface type.</summary>
public sealed class InterfaceTypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<NamedTypeNode> interfaces,
    ImmutableArray<DirectiveNode> directives,
    ImmutableArray<FieldDefinitionNode> fields,
    bool isExtension = false,
    Location location = default) : ComplexTypeDefinitionNode(description, name, interfaces, directives, fields, isExtension, location);

/// <summary>Section 3.6: a field's definition.</summary>
public sealed class FieldDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<InputValueDefinitionNode> arguments,
    TypeNode type,
    ImmutableArray<DirectiveNode> directives,
    Location location = default) : SyntaxNode(location)
{
    /// <summary>The description, or null.</summary>
    public StringValueNode? Description { get; } = description;

    /// <summary>The field's name.</summary>
    public NameNode Name { get; } = name;

    /// <summary>Its arguments.</summary>
    public ImmutableArray<InputValueDefinitionNode> Arguments { get; } = arguments;

    /// <summary>Its type.</summary>
    public TypeNode Type { get; } = type;

    /// <summary>Directives applied to it.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;
}

/// <summary>An argument's or input field's definition.</summary>
public sealed class InputValueDefinitionNode(
    StringValueNode? description,
    NameNode name,
    TypeNode type,
    ValueNode? defaultValue,
    ImmutableArray<DirectiveNode> directives,
    Location location = default) : SyntaxNode(location)
{
    /// <summary>The description, or null.</summary>
    public StringValueNode? Description { get; } = description;

    /// <summary>The name.</summary>
    public NameNode Name { get; } = name;

    /// <summary>The type.</summary>
    public TypeNode Type { get; } = type;

    /// <summary>The default, or null when there is none.</summary>
    public ValueNode? DefaultValue { get; } = defaultValue;

    /// <summary>Directives applied to it.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;
}

/// <summary>Section 3.8: a union.</summary>
public sealed class UnionTypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<DirectiveNode> directives,
    ImmutableArray<NamedTypeNode> types,
    bool isExtension = false,
    Location location = default) : TypeDefinitionNode(description, name, directives, isExtension, location)
{
    /// <summary>The member types.</summary>
    public ImmutableArray<NamedTypeNode> Types { get; } = types;
}

/// <summary>Section 3.9: an enum.</summary>
public sealed class EnumTypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<DirectiveNode> directives,
    ImmutableArray<EnumValueDefinitionNode> values,
    bool isExtension = false,
    Location location = default) : TypeDefinitionNode(description, name, directives, isExtension, location)
{
    /// <summary>The values.</summary>
    public ImmutableArray<EnumValueDefinitionNode> Values { get; } = values;
}

/// <summary>A value of an enum.</summary>
public sealed class EnumValueDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<DirectiveNode> directives,
    Location location = default) : SyntaxNode(location)
{
    /// <summary>The description, or null.</summary>
    public StringValueNode? Description { get; } = description;

    /// <summary>The value's name.</summary>
    public NameNode Name { get; } = name;

    /// <summary>Directives applied to it.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;
}

/// <summary>Section 3.10: an input object.</summary>
public sealed class InputObjectTypeDefinitionNode(
    StringValueNode? description,
    NameNode name,
    ImmutableArray<DirectiveNode> directives,
    ImmutableArray<InputValueDefinitionNode> fields,
    bool isExtension = false,
    Location location = default) : TypeDefinitionNode(description, name, directives, isExtension, location)
{
    /// <summary>The fields.</summary>
    public ImmutableArray<InputValueDefinitionNode> Fields { get; } = fields;
}
