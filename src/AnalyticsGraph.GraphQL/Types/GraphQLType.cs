using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.4: a type, named or wrapped. Types of one schema are compared by reference; wrapped ones by value.</summary>
public abstract class GraphQLType
{
    /// <summary>The named type inside all lists and non-nulls.</summary>
    public abstract NamedType Named { get; }

    /// <summary>The type without an outer non-null.</summary>
    public virtual GraphQLType Nullable => this;

    /// <summary>Whether the outermost wrapper is non-null.</summary>
    public bool IsNonNull => this is NonNullType;

    /// <summary>Whether values of it can be given as input.</summary>
    public bool IsInputType => Named is ScalarType or EnumType or InputObjectType;

    /// <summary>Whether fields can yield it.</summary>
    public bool IsOutputType => Named is not InputObjectType;

    /// <summary>Whether it is a scalar or enum, whatever wraps it.</summary>
    public bool IsLeaf => Named is ScalarType or EnumType;

    /// <summary>The type as written in a document, such as <c>[Run!]!</c>.</summary>
    public abstract override string ToString();
}

/// <summary>Section 3.11: a list.</summary>
public sealed class ListType(GraphQLType itemType) : GraphQLType, IEquatable<ListType>
{
    /// <summary>The type of the items.</summary>
    public GraphQLType ItemType { get; } = itemType;

    /// <inheritdoc />
    public override NamedType Named => ItemType.Named;

    /// <inheritdoc />
    public bool Equals(ListType? other) => other is not null && ItemType.Equals(other.ItemType);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ListType);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(1, ItemType);

    /// <inheritdoc />
    public override string ToString() => $"[{ItemType}]";
}

/// <summary>Section 3.12: a non-null type.</summary>
public sealed class NonNullType(GraphQLType ofType) : GraphQLType, IEquatable<NonNullType>
{
    /// <summary>The wrapped type: named or list.</summary>
    public GraphQLType OfType { get; } = ofType is NonNullType ? throw new ArgumentException("A non-null type cannot wrap a non-null type.", nameof(ofType)) : ofType;

    /// <inheritdoc />
    public override NamedType Named => OfType.Named;

    /// <inheritdoc />
    public override GraphQLType Nullable => OfType;

    /// <inheritdoc />
    public bool Equals(NonNullType? other) => other is not null && OfType.Equals(other.OfType);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NonNullType);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(2, OfType);

    /// <inheritdoc />
    public override string ToString() => $"{OfType}!";
}

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
