using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A document of the type system with the name that errors call it by.</summary>
/// <param name="Document">The parsed document.</param>
/// <param name="Name">The file's name, for example; null if it has none.</param>
public sealed record SchemaDocument(DocumentNode Document, string? Name = null);
