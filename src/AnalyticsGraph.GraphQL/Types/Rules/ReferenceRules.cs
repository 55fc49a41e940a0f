using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Types that are named exist, and an extension fits what it extends. Checked on the syntax, before types are made.</summary>
internal sealed class ReferenceRules
{
    private readonly SchemaDefinitions _definitions;
    private readonly SchemaErrors _errors;
    private readonly Dictionary<string, TypeDefinitionNode> _types = [];

    public ReferenceRules(SchemaDefinitions definitions, SchemaErrors errors)
    {
        (_definitions, _errors) = (definitions, errors);
        foreach (var type in definitions.Types)
        {
            _types[type.Name.Value] = type;
        }
    }

    public void Check()
    {
        foreach (var definition in _definitions.All)
        {
            switch (definition)
            {
                case TypeDefinitionNode { IsExtension: true } extension: CheckExtension(extension); break;
                case TypeSystemDefinitionNode: break;
                default: _errors.Report("A schema is made of type system definitions; operations and fragments have no place in it.", definition); continue;
            }

            SyntaxTree.Visit(definition, CheckName);
        }
    }

    private void CheckName(SyntaxNode node)
    {
        if (node is NamedTypeNode { Name.Value: var name } && !_types.ContainsKey(name) && !BuiltIns.TypeNames.Contains(name))
        {
            _errors.Report($"Unknown type \"{name}\".{Suggestions.DidYouMean(name, BuiltIns.TypeNames.Union(_types.Keys))}", node);
        }
    }

    private void CheckExtension(TypeDefinitionNode extension)
    {
        var name = extension.Name.Value;
        if (!_types.TryGetValue(name, out var definition))
        {
            _errors.Report($"Cannot extend type \"{name}\" because it is not defined.{Suggestions.DidYouMean(name, _types.Keys)}", extension.Name);
        }
        else if (definition.GetType() != extension.GetType())
        {
            _errors.Report($"Cannot extend non-{KindOf(extension)} type \"{name}\".", definition, extension);
        }
    }

    private static string KindOf(TypeDefinitionNode type) => type switch
    {
        ScalarTypeDefinitionNode => "scalar",
        ObjectTypeDefinitionNode => "object",
        InterfaceTypeDefinitionNode => "interface",
        UnionTypeDefinitionNode => "union",
        EnumTypeDefinitionNode => "enum",
        _ => "input object",
    };
}
