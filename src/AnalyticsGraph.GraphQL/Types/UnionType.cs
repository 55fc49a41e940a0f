using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.8: a union type.</summary>
public sealed class UnionType(string name, string? description, ImmutableArray<DirectiveNode> directives) : NamedType(name, description, directives)
{
    /// <summary>The member types, in order.</summary>
    public ImmutableArray<ObjectType> Types { get; internal set; } = [];
}
