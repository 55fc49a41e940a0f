using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>The type system definitions of all SDL files together, extensions merged into what they extend where the mapping looks them up.</summary>
internal sealed class SdlDefinitions
{
    private readonly Dictionary<string, List<ObjectTypeDefinitionNode>> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TypeDefinitionNode> _others = new(StringComparer.Ordinal);

    public SdlDefinitions(IEnumerable<DefinitionNode> definitions)
    {
        foreach (var definition in definitions.OfType<TypeDefinitionNode>())
        {
            if (definition is ObjectTypeDefinitionNode node)
            {
                if (!_objects.TryGetValue(node.Name.Value, out var parts))
                {
                    _objects[node.Name.Value] = parts = [];
                }

                parts.Add(node);
            }
            else if (!definition.IsExtension)
            {
                _others.TryAdd(definition.Name.Value, definition);
            }
        }

        foreach (var schema in definitions.OfType<SchemaDefinitionNode>())
        {
            foreach (var root in schema.OperationTypes)
            {
                if (root.Operation == OperationType.Query)
                {
                    QueryType = root.Type.Name.Value;
                }
            }
        }
    }

    public string QueryType { get; } = "Query";

    /// <summary>The type that mutations are generated into.</summary>
    public const string MutationType = "Mutation";

    public IEnumerable<string> ObjectNames => _objects.Keys;

    public bool Has(string typeName) => _objects.ContainsKey(typeName) || _others.ContainsKey(typeName);

    public bool IsObject(string typeName) => _objects.ContainsKey(typeName);

    public IEnumerable<EnumTypeDefinitionNode> Enums => _others.Values.OfType<EnumTypeDefinitionNode>();

    public bool IsLeaf(string typeName) =>
        !_objects.ContainsKey(typeName) && (!_others.TryGetValue(typeName, out var other) || other is ScalarTypeDefinitionNode or EnumTypeDefinitionNode);

    public IEnumerable<FieldDefinitionNode> FieldsOf(string typeName) =>
        _objects.TryGetValue(typeName, out var parts) ? parts.SelectMany(part => part.Fields) : [];

    public bool Implements(string typeName, string interfaceName) =>
        _objects[typeName].Any(part => part.Interfaces.Any(i => i.Name.Value == interfaceName));

    public DirectiveNode? FindDirective(string typeName, string directive) => DirectivesOf(typeName, directive).FirstOrDefault();

    public IEnumerable<DirectiveNode> DirectivesOf(string typeName, string directive) =>
        _objects[typeName].SelectMany(part => part.Directives).Where(d => d.Name.Value == directive);
}

internal static class SdlDirectives
{
    public static DirectiveNode? Find(this ImmutableArray<DirectiveNode> directives, string name) => directives.FirstOrDefault(d => d.Name.Value == name);
}
