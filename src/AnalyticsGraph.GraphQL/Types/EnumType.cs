using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.9: an enum type.</summary>
public sealed class EnumType(string name, string? description, ImmutableArray<DirectiveNode> directives) : NamedType(name, description, directives)
{
    /// <summary>The values by name, in the order of the SDL.</summary>
    public IReadOnlyDictionary<string, EnumValue> Values { get; internal set; } = FrozenDictionary<string, EnumValue>.Empty;
}
