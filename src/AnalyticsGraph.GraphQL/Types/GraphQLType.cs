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
