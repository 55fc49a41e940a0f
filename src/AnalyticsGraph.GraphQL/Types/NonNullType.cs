namespace AnalyticsGraph.GraphQL.Types;

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
