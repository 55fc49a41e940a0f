using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.7: an interface type.</summary>
public sealed class InterfaceType(string name, string? description, ImmutableArray<DirectiveNode> directives) : ComplexType(name, description, directives);
