namespace AnalyticsGraph.GraphQL.Types;

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
