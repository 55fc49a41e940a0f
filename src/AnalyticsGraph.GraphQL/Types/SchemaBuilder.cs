using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types.Rules;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Makes schemas from SDL.</summary>
public static class SchemaBuilder
{
    /// <summary>Makes a schema from documents of the type system, extensions merged.</summary>
    /// <param name="documents">Definitions and extensions; their order is that of the schema's types.</param>
    /// <param name="scalars">How scalars are read, by name; overrides those of <see cref="ScalarCoercions"/>. A scalar that is in neither reads any JSON.</param>
    /// <exception cref="SchemaException">The schema breaks rules of section 3; names all of them.</exception>
    public static Schema Build(IEnumerable<DocumentNode> documents, IReadOnlyDictionary<string, ScalarCoercion>? scalars = null) =>
        Build(documents.Select(document => new SchemaDocument(document)), scalars);

    /// <summary>Makes a schema from named documents, so that errors say in which one they are.</summary>
    /// <param name="documents">Definitions and extensions; their order is that of the schema's types.</param>
    /// <param name="scalars">How scalars are read, by name; overrides those of <see cref="ScalarCoercions"/>.</param>
    /// <exception cref="SchemaException">The schema breaks rules of section 3; names all of them.</exception>
    public static Schema Build(IEnumerable<SchemaDocument> documents, IReadOnlyDictionary<string, ScalarCoercion>? scalars = null)
    {
        // In stages: names must be known before types can be made, and types before their relations can be checked. Each stage tells all its faults at once.
        var sources = documents.ToArray();
        var definitions = new SchemaDefinitions(sources.SelectMany(source => source.Document.Definitions));
        var errors = new SchemaErrors(sources);

        new DefinitionNameRules(definitions, errors).Check();
        new ReferenceRules(definitions, errors).Check();
        new DirectiveUseRules(definitions, errors).Check();
        errors.ThrowIfAny();

        var graph = new TypeGraphBuilder(definitions, errors, scalars ?? ScalarCoercions.None).Build();
        new TypeRules(graph, definitions, errors).Check();
        new InterfaceRules(graph, errors).Check();
        new InputCircleRules(graph, errors).Check();
        new DefaultCircleRules(graph, errors).Check();
        DefaultValues.Coerce(graph, errors);
        new DirectiveRules(graph, errors).Check(definitions);
        errors.ThrowIfAny();
        return graph.ToSchema();
    }
}
