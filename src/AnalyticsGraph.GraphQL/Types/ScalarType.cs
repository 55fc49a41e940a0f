using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.5: a scalar with its coercions.</summary>
public sealed class ScalarType(
    string name,
    string? description,
    ImmutableArray<DirectiveNode> directives,
    string? specifiedByUrl,
    ScalarCoercion coercion) : NamedType(name, description, directives)
{
    /// <summary>The URL of <c>@specifiedBy</c>, or null.</summary>
    public string? SpecifiedByUrl { get; } = specifiedByUrl;

    /// <summary>How input values of it are read.</summary>
    public ScalarCoercion Coercion { get; } = coercion;
}
