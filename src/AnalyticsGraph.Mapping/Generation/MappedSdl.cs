using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Mapped SDL, read and expanded.</summary>
/// <param name="Model">What its directives say.</param>
/// <param name="Document">The public schema as a document.</param>
/// <param name="Schema">The public schema.</param>
/// <param name="Problems">What does not fit within the SDL itself.</param>
internal sealed record MappedSdl(MappingModel Model, DocumentNode Document, Schema Schema, ImmutableArray<MappingProblem> Problems)
{
    /// <summary>Reads SDL files.</summary>
    /// <exception cref="GraphQLSyntaxException">A file is no SDL.</exception>
    /// <exception cref="SchemaException">The SDL breaks a rule of section 3.</exception>
    /// <exception cref="MappingException">The directives contradict each other so that no schema can be made.</exception>
    public static MappedSdl Read(IEnumerable<(string Name, string Sdl)> files, MappingLimits limits, IReadOnlyDictionary<string, ScalarCoercion>? scalars)
    {
        var directives = Utf8Parser.Parse(MappingDirectives.Sdl);
        var cost = new SchemaDocument(Utf8Parser.Parse(CostDirectives.Sdl));
        var known = directives.Definitions.Concat(cost.Document.Definitions).Select(Key).ToHashSet();
        var documents = files.Select(file => (file.Name, Document: Utf8Parser.Parse(file.Sdl)))
            .Select(file => (file.Name, Document: new DocumentNode([.. file.Document.Definitions.Where(definition => !known.Contains(Key(definition)))])))
            .ToList();
        var definitions = documents.SelectMany(file => file.Document.Definitions).ToList();
        var sdl = new SdlDefinitions(definitions);
        var problems = new List<MappingProblem>();
        var model = ModelReader.Read(sdl, problems);
        if (problems.Count > 0)
        {
            throw new MappingException(problems);
        }

        // The directives themselves are checked like any others, against the expanded schema, which has the generated types that the SDL may name.
        var expanded = new SchemaGeneration(sdl, model, limits);
        var generated = expanded.Generate();
        SchemaBuilder.Build(
            [.. documents.Select(file => new SchemaDocument(expanded.Expand(file.Document, strip: false), file.Name)), new SchemaDocument(generated), cost, new SchemaDocument(directives, "mapping.graphql")],
            scalars);
        var parts = documents.Select(file => new SchemaDocument(expanded.Expand(file.Document, strip: true), file.Name)).Append(new SchemaDocument(generated)).Append(cost).ToList();
        var schema = SchemaBuilder.Build(parts, scalars);
        return new MappedSdl(model, new DocumentNode([.. parts.SelectMany(part => part.Document.Definitions)]), schema, [.. problems]);
    }

    private static string Key(DefinitionNode definition) => definition switch
    {
        DirectiveDefinitionNode directive => "@" + directive.Name.Value,
        TypeDefinitionNode { IsExtension: false } type => type.Name.Value,
        _ => "",
    };
}
