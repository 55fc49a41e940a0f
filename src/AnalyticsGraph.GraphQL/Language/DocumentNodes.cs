using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Section 2.2: a whole document, executable or type system.</summary>
public sealed class DocumentNode(ImmutableArray<DefinitionNode> definitions, Location location = default) : SyntaxNode(location)
{
    /// <summary>The definitions in the order of the text.</summary>
    public ImmutableArray<DefinitionNode> Definitions { get; } = definitions;
}

/// <summary>A top-level definition: operation, fragment, type system definition or extension.</summary>
public abstract class DefinitionNode(Location location) : SyntaxNode(location);

/// <summary>A name with its place, for errors that point at the name itself.</summary>
public sealed class NameNode(string value, Location location = default) : SyntaxNode(location)
{
    /// <summary>The name, never empty.</summary>
    public string Value { get; } = value;

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>The kind of an operation (section 2.3).</summary>
public enum OperationType
{
    /// <summary>A read-only fetch.</summary>
    Query,

    /// <summary>A write followed by a fetch; its root fields run one after another.</summary>
    Mutation,

    /// <summary>A long-lived request that fetches data at each event.</summary>
    Subscription,
}

/// <summary>Section 2.3: an operation.</summary>
public sealed class OperationDefinitionNode(
    OperationType operation,
    NameNode? name,
    ImmutableArray<VariableDefinitionNode> variableDefinitions,
    ImmutableArray<DirectiveNode> directives,
    SelectionSetNode selectionSet,
    StringValueNode? description = null,
    Location location = default) : DefinitionNode(location)
{
    /// <summary>Query, mutation or subscription.</summary>
    public OperationType Operation { get; } = operation;

    /// <summary>The operation's name; null when anonymous.</summary>
    public NameNode? Name { get; } = name;

    /// <summary>Its variables in order.</summary>
    public ImmutableArray<VariableDefinitionNode> VariableDefinitions { get; } = variableDefinitions;

    /// <summary>Directives on the operation.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <summary>What it selects.</summary>
    public SelectionSetNode SelectionSet { get; } = selectionSet;

    /// <summary>The description before it (new in September 2025), or null.</summary>
    public StringValueNode? Description { get; } = description;
}

/// <summary>Section 2.8: a named fragment.</summary>
public sealed class FragmentDefinitionNode(
    NameNode name,
    NamedTypeNode typeCondition,
    ImmutableArray<DirectiveNode> directives,
    SelectionSetNode selectionSet,
    StringValueNode? description = null,
    Location location = default) : DefinitionNode(location)
{
    /// <summary>The fragment's name.</summary>
    public NameNode Name { get; } = name;

    /// <summary>The type it applies to.</summary>
    public NamedTypeNode TypeCondition { get; } = typeCondition;

    /// <summary>Directives on the definition.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <summary>What it selects.</summary>
    public SelectionSetNode SelectionSet { get; } = selectionSet;

    /// <summary>The description before it, or null.</summary>
    public StringValueNode? Description { get; } = description;
}

/// <summary>Section 2.10: a variable's definition.</summary>
public sealed class VariableDefinitionNode(
    VariableNode variable,
    TypeNode type,
    ValueNode? defaultValue,
    ImmutableArray<DirectiveNode> directives,
    StringValueNode? description = null,
    Location location = default) : SyntaxNode(location)
{
    /// <summary>The variable.</summary>
    public VariableNode Variable { get; } = variable;

    /// <summary>Its type.</summary>
    public TypeNode Type { get; } = type;

    /// <summary>Its default; null when it has none (a default of <c>null</c> is a <see cref="NullValueNode"/>).</summary>
    public ValueNode? DefaultValue { get; } = defaultValue;

    /// <summary>Directives on the definition.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;

    /// <summary>The description before it, or null.</summary>
    public StringValueNode? Description { get; } = description;
}

/// <summary>Section 2.4: the braces and what stands in them.</summary>
public sealed class SelectionSetNode(ImmutableArray<SelectionNode> selections, Location location = default) : SyntaxNode(location)
{
    /// <summary>The selections in order; never empty after parsing.</summary>
    public ImmutableArray<SelectionNode> Selections { get; } = selections;
}

/// <summary>A field, a fragment spread or an inline fragment.</summary>
public abstract class SelectionNode(ImmutableArray<DirectiveNode> directives, Location location) : SyntaxNode(location)
{
    /// <summary>Directives on the selection.</summary>
    public ImmutableArray<DirectiveNode> Directives { get; } = directives;
}

/// <summary>Section 2.5: a field.</summary>
public sealed class FieldNode(
    NameNode? alias,
    NameNode name,
    ImmutableArray<ArgumentNode> arguments,
    ImmutableArray<DirectiveNode> directives,
    SelectionSetNode? selectionSet,
    Location location = default) : SelectionNode(directives, location)
{
    /// <summary>The alias, or null.</summary>
    public NameNode? Alias { get; } = alias;

    /// <summary>The field's name.</summary>
    public NameNode Name { get; } = name;

    /// <summary>Its arguments.</summary>
    public ImmutableArray<ArgumentNode> Arguments { get; } = arguments;

    /// <summary>What it selects; null for a leaf.</summary>
    public SelectionSetNode? SelectionSet { get; } = selectionSet;

    /// <summary>The key in the response: the alias, else the name.</summary>
    public string ResponseName => (Alias ?? Name).Value;
}

/// <summary>Section 2.8: <c>...Name</c>.</summary>
public sealed class FragmentSpreadNode(NameNode name, ImmutableArray<DirectiveNode> directives, Location location = default)
    : SelectionNode(directives, location)
{
    /// <summary>The fragment's name.</summary>
    public NameNode Name { get; } = name;
}

/// <summary>Section 2.8.2: <c>... on Type { }</c>.</summary>
public sealed class InlineFragmentNode(
    NamedTypeNode? typeCondition,
    ImmutableArray<DirectiveNode> directives,
    SelectionSetNode selectionSet,
    Location location = default) : SelectionNode(directives, location)
{
    /// <summary>The type condition; null when it applies to the enclosing type.</summary>
    public NamedTypeNode? TypeCondition { get; } = typeCondition;

    /// <summary>What it selects.</summary>
    public SelectionSetNode SelectionSet { get; } = selectionSet;
}

/// <summary>Section 2.6: an argument.</summary>
public sealed class ArgumentNode(NameNode name, ValueNode value, Location location = default) : SyntaxNode(location)
{
    /// <summary>The argument's name.</summary>
    public NameNode Name { get; } = name;

    /// <summary>Its value.</summary>
    public ValueNode Value { get; } = value;
}

/// <summary>Section 2.12: a directive applied.</summary>
public sealed class DirectiveNode(NameNode name, ImmutableArray<ArgumentNode> arguments, Location location = default) : SyntaxNode(location)
{
    /// <summary>The directive's name without <c>@</c>.</summary>
    public NameNode Name { get; } = name;

    /// <summary>Its arguments.</summary>
    public ImmutableArray<ArgumentNode> Arguments { get; } = arguments;
}
