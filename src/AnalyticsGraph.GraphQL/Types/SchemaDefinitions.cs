using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>The definitions of a schema, sorted: each type's definition together with its extensions.</summary>
internal sealed class SchemaDefinitions
{
    private readonly Dictionary<string, List<TypeDefinitionNode>> _extensions = [];

    public SchemaDefinitions(IEnumerable<DefinitionNode> definitions)
    {
        All = [.. definitions];
        Types = [.. All.OfType<TypeDefinitionNode>().Where(type => !type.IsExtension)];
        TypeExtensions = [.. All.OfType<TypeDefinitionNode>().Where(type => type.IsExtension)];
        Directives = [.. All.OfType<DirectiveDefinitionNode>()];
        Schemas = [.. All.OfType<SchemaDefinitionNode>().OrderBy(schema => schema.IsExtension)];
        foreach (var extension in TypeExtensions)
        {
            if (!_extensions.TryGetValue(extension.Name.Value, out var list))
            {
                _extensions.Add(extension.Name.Value, list = []);
            }

            list.Add(extension);
        }
    }

    /// <summary>Everything, in the order of the documents.</summary>
    public IReadOnlyList<DefinitionNode> All { get; }

    /// <summary>Definitions of types.</summary>
    public IReadOnlyList<TypeDefinitionNode> Types { get; }

    /// <summary>Extensions of types.</summary>
    public IReadOnlyList<TypeDefinitionNode> TypeExtensions { get; }

    /// <summary>Definitions of directives.</summary>
    public IReadOnlyList<DirectiveDefinitionNode> Directives { get; }

    /// <summary>The schema definition, if there is one, and its extensions after it.</summary>
    public IReadOnlyList<SchemaDefinitionNode> Schemas { get; }

    /// <summary>A type's definition and its extensions of the same kind.</summary>
    public IEnumerable<T> Parts<T>(T definition)
        where T : TypeDefinitionNode => [definition, .. _extensions.GetValueOrDefault(definition.Name.Value, []).OfType<T>()];
}
