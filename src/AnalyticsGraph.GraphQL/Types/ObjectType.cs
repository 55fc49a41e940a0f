using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.6: an object type.</summary>
public sealed class ObjectType(string name, string? description, ImmutableArray<DirectiveNode> directives) : ComplexType(name, description, directives);
