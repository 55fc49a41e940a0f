using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Sections 3.6 and 3.7: what objects and interfaces share.</summary>
public abstract class ComplexType(string name, string? description, ImmutableArray<DirectiveNode> directives)
    : NamedType(name, description, directives)
{
    /// <summary>The fields by name, in the order of the SDL (see <see cref="FieldDefinition.Index"/>).</summary>
    public IReadOnlyDictionary<string, FieldDefinition> Fields { get; internal set; } = FrozenDictionary<string, FieldDefinition>.Empty;

    /// <summary>The interfaces it implements, in order.</summary>
    public ImmutableArray<InterfaceType> Interfaces { get; internal set; } = [];
}
